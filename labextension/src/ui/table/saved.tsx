// The saved views: columns, query and sorting under a name, kept in the store.

import { useSignal } from '@preact/signals';
import { Bookmark, Trash2 } from 'lucide';
import { Button } from '../parts/icon';
import type { SavedView } from '../protocol';
import { type Source, SourceError } from '../source';
import { Ask } from './actions';
import type { Kind } from './kinds';
import { Popover } from './popover';

interface SavedProps {
  kind: Kind;
  source: Source;
  /** What is shown now, to be kept under a name. */
  now: () => Record<string, unknown>;
  onChoose: (options: Record<string, unknown>) => void;
}

export function Saved(props: SavedProps) {
  return (
    <Popover label="Saved views" icon={Bookmark} text={<span class="tk-wide-only">Views</span>}>
      {close => <Views {...props} close={close} />}
    </Popover>
  );
}

function Views({ kind, source, now, onChoose, close }: SavedProps & { close: () => void }) {
  const { type: object_type } = kind;
  const views = useSignal<SavedView[] | null>(null);
  const wrong = useSignal('');
  const read = async (work: Promise<unknown> = Promise.resolve()) => {
    try {
      await work;
      views.value = (await source.read('table_views', { object_type })).views;
      wrong.value = '';
    } catch (reason) {
      wrong.value = reason instanceof SourceError ? reason.message : 'The views could not be read.';
    }
  };
  if (views.value === null && !wrong.value) {
    void read();
  }
  const found = views.value ?? [];
  return (
    <div class="tk-pick-list">
      {found.map(({ name, options }) => (
        <div key={name} class="tk-chooser-shown">
          <button
            type="button"
            class="tk-button tk-pick-item"
            onClick={() => {
              onChoose(options);
              close();
            }}
          >
            <span class="tk-cut">{name}</span>
          </button>
          <Button
            label={`Remove view ${name}`}
            icon={Trash2}
            onClick={() => void read(source.edit('remove_table_view', { name, object_type }))}
          />
        </div>
      ))}
      {found.length === 0 && <p class="tk-nothing">No view is saved: name what is shown now.</p>}
      <Ask
        label="Name of this view"
        button="Save"
        known={found.map(view => view.name)}
        onAnswer={name =>
          void read(source.edit('save_table_view', { name, options: JSON.stringify(now()), object_type }))
        }
      />
      {wrong.value && (
        <p class="tk-query-wrong" role="alert">
          {wrong.value}
        </p>
      )}
    </div>
  );
}
