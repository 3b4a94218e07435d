// New report: name, project and description; a project that is typed and not there is made.

import { useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Dialog } from '../../parts/dialog';
import { type Source, wordsOf } from '../../source';
import { useStanding } from '../../standing';

interface NewReportProps {
  source: Source;
  /** The project to begin with, and those that are known. */
  project: string;
  projects: readonly string[];
  /** Of an open notebook, which becomes the report; without it, a new one is made. */
  notebook?: string;
  name?: string;
  onMade: (made: { id: string; path: string | null }) => void;
  onClose: () => void;
}

export function NewReport({ source, project, projects, notebook, name: first, onMade, onClose }: NewReportProps) {
  const id = useId();
  const { host } = useStanding();
  const name = useSignal(first ?? '');
  const home = useSignal(project);
  const description = useSignal('');
  const problem = useSignal<{ field: string | null; words: string } | null>(null);
  const busy = useSignal(false);
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => box.current?.focus(), []);
  const save = async () => {
    if (busy.peek()) {
      return;
    }
    busy.value = true;
    problem.value = null;
    const said = { name: name.value.trim(), project: home.value.trim(), description: description.value };
    try {
      const made = notebook
        ? await source.edit('make_report', { ...said, notebook })
        : await source.edit('create_report', { ...said, folder: host?.folder?.() ?? '' });
      const { path = notebook ?? null } = made as { path?: string | null };
      onMade({ id: made.id as string, path });
      if (path !== null && !notebook) {
        host?.desk?.file(path);
      }
    } catch (reason) {
      const field = (reason as { field?: string | null }).field ?? null;
      problem.value = { field, words: wordsOf(reason) };
    }
    busy.value = false;
  };
  const field = (which: string) => ({
    class: 'tk-input',
    dir: 'auto' as const,
    'aria-invalid': problem.value?.field === which,
    'aria-describedby': `${id}-note`,
  });
  const title = notebook ? 'Make this notebook a report' : 'New report';
  return (
    <Dialog title={title} class="tk-form-window" onClose={onClose}>
      <form
        onSubmit={event => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="tk-form">
          <label class="tk-form-field" for={`${id}-name`}>
            Name
            <input
              ref={box}
              id={`${id}-name`}
              type="text"
              autocomplete="off"
              {...field('name')}
              value={name.value}
              onInput={event => {
                name.value = event.currentTarget.value;
              }}
            />
          </label>
          <label class="tk-form-field" for={`${id}-project`}>
            Project
            <input
              id={`${id}-project`}
              type="text"
              autocomplete="off"
              list={`${id}-projects`}
              placeholder="Choose one, or type a new one"
              {...field('project')}
              value={home.value}
              onInput={event => {
                home.value = event.currentTarget.value;
              }}
            />
          </label>
          <datalist id={`${id}-projects`}>
            {projects.map(each => (
              <option key={each} value={each} />
            ))}
          </datalist>
          <label class="tk-form-field" for={`${id}-description`}>
            Description
            <textarea
              id={`${id}-description`}
              rows={3}
              {...field('description')}
              value={description.value}
              onInput={event => {
                description.value = event.currentTarget.value;
              }}
            />
          </label>
          <p
            id={`${id}-note`}
            class={problem.value ? 'tk-field-problem' : 'tk-faint'}
            role={problem.value ? 'alert' : undefined}
          >
            {problem.value?.words ?? 'A slash nests projects; a project that does not exist is made.'}
          </p>
        </div>
        <div class="tk-form-foot">
          <button type="submit" class="tk-button tk-strong" disabled={busy.value}>
            {notebook ? 'Make it a report' : 'Create'}
          </button>
          <button type="button" class="tk-button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
