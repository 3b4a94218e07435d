// The reports page: projects as cards, or all reports side by side; found, ordered, and everything that is done with one.

import { useSignal } from '@preact/signals';
import { Archive, FileText, FolderTree, LayoutGrid, NotebookPen, Plus } from 'lucide';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Button, Icon } from '../parts/icon';
import { lazy } from '../parts/lazy';
import { useLive } from '../parts/live';
import { Search } from '../parts/search';
import { Empty, Problem, SkeletonTiles } from '../parts/states';
import { useTagBook } from '../parts/tagbook';
import { RelativeTime } from '../parts/time';
import type { View, ViewOptions } from '../protocol';
import type { Source } from '../source';
import { useStanding } from '../standing';
import { Several } from '../table/filters';
import { Cards } from './reports/cards';
import { below, nested, TAG_MODES, type TagMode, tagFilter } from './reports/narrow';
import '../styles/menu.css';
import '../styles/reports.css';

const NewReport = lazy(
  async () => (await import('./reports/newreport')).NewReport,
  () => null,
);

const CODE = 'track.report.create("Finding", project="vision")';
/** What a training changes all the time is not news for reports. */
const REST_MS = 1_000;
const TYPING_MS = 150;
const MOST = 1_000;

interface ReportsProps {
  source: Source;
  view: View;
  onOptions?: ((patch: Partial<ViewOptions>) => void) | undefined;
}

export function ReportsView({ source, view, onOptions }: ReportsProps) {
  const options = view.options as { layout_of?: string; project?: string; archived?: boolean; order_by?: string };
  const layout = useSignal(options.layout_of === 'list' ? 'list' : 'project');
  const project = useSignal(options.project ?? '');
  const archived = useSignal(options.archived === true);
  const order = useSignal(options.order_by === 'name' ? 'name' : '-last_update');
  const typed = useSignal('');
  const search = useSignal('');
  const mine = useSignal(false);
  const status = useSignal<string[]>([]);
  const users = useSignal<string[]>([]);
  const tags = useSignal<string[]>([]);
  const tagMode = useSignal<TagMode>('any');
  const making = useSignal(false);
  const page = useRef<HTMLDivElement>(null);
  const { host } = useStanding();
  const book = useTagBook(source);
  useEffect(() => {
    const timer = setTimeout(() => {
      search.value = typed.value;
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  useEffect(() => host?.named('Reports'), [host]);
  // Set from outside, where this is a widget.
  useEffect(() => {
    layout.value = options.layout_of === 'list' ? 'list' : 'project';
    project.value = options.project ?? '';
    archived.value = options.archived === true;
    order.value = options.order_by === 'name' ? 'name' : '-last_update';
  }, [options.layout_of, options.project, options.archived, options.order_by]);

  const asked = {
    search: search.value,
    project: project.value,
    archived: archived.value,
    order_by: order.value,
    tags: tagFilter(tags.value, tagMode.value),
    page_size: MOST,
    ...(status.value.length === 1 ? { status: status.value[0] as string } : {}),
  };
  const live = useLive(
    source,
    [source.storeId],
    signal => source.read('reports', asked, signal),
    [JSON.stringify(asked)],
    REST_MS,
  );
  const answer = live.value.value;
  const { me } = answer ?? {};
  const wanted = mine.value && me ? [me] : users.value;
  const found = (answer?.items ?? []).filter(report => wanted.length === 0 || wanted.includes(report.user ?? ''));
  const narrowed = Boolean(asked.search || asked.tags.length || status.value.length || wanted.length);
  const keep = (patch: Record<string, unknown>) => onOptions?.(patch);

  const go = (name: string) => {
    project.value = name;
    keep({ project: name });
    page.current?.querySelector<HTMLElement>('.tk-reports-body')?.scrollTo({ top: 0 });
  };
  const show = (name: 'project' | 'list') => {
    layout.value = name;
    if (name === 'list') {
      project.value = '';
    }
    keep({ layout_of: name, project: project.value });
  };
  const inProjects = layout.value === 'project' && !asked.search;
  const children = useMemo(
    () => (answer && inProjects ? nested(found, project.value) : []),
    [answer, inProjects, project.value, wanted.join()],
  );
  const shown = inProjects ? (project.value ? found.filter(report => report.project === project.value) : []) : found;

  return (
    <div ref={page} class="tk-reports">
      <div class="tk-toolbar tk-reports-tools" role="toolbar" aria-label="Reports">
        <Search text={typed} label="Search" placeholder="Search reports, and what they say" />
        <span class="tk-reports-switch">
          <Button
            label="Project view"
            icon={FolderTree}
            pressed={layout.value === 'project'}
            onClick={() => show('project')}
          />
          <Button label="List view" icon={LayoutGrid} pressed={layout.value === 'list'} onClick={() => show('list')} />
        </span>
        <select
          class="tk-input tk-select"
          aria-label="Sort"
          value={order.value}
          onChange={event => {
            order.value = event.currentTarget.value;
            keep({ order_by: order.value });
          }}
        >
          <option value="-last_update">Recent</option>
          <option value="name">Name</option>
        </select>
        <button
          type="button"
          class="tk-button"
          aria-pressed={mine.value}
          onClick={() => {
            mine.value = !mine.value;
          }}
        >
          Mine
        </button>
        <Several
          label="Status"
          values={[
            ['draft', 'Draft'],
            ['published', 'Published'],
          ]}
          chosen={status.value}
          onChange={values => {
            status.value = values;
          }}
        />
        <Several
          label="Tags"
          values={(answer?.tags ?? tags.value).map(tag => [tag, tag])}
          chosen={tags.value}
          onChange={values => {
            tags.value = values;
          }}
        />
        {tags.value.length > 0 && (
          <select
            class="tk-input tk-select"
            aria-label="Which tags"
            value={tagMode.value}
            onChange={event => {
              tagMode.value = event.currentTarget.value as TagMode;
            }}
          >
            {TAG_MODES.map(([mode, words]) => (
              <option key={mode} value={mode}>
                {words}
              </option>
            ))}
          </select>
        )}
        {(answer?.users.length ?? 0) > 1 && !mine.value && (
          <Several
            label="User"
            values={(answer?.users ?? []).map(user => [user, user])}
            chosen={users.value}
            onChange={values => {
              users.value = values;
            }}
          />
        )}
        <button
          type="button"
          class="tk-button"
          aria-pressed={archived.value}
          onClick={() => {
            archived.value = !archived.value;
            keep({ archived: archived.value });
          }}
        >
          <Icon of={Archive} size={14} />
          Archive
        </button>
        <span class="tk-grow" />
        <button
          type="button"
          class="tk-button tk-strong"
          onClick={() => {
            making.value = true;
          }}
        >
          <Icon of={Plus} size={14} />
          New report
        </button>
      </div>
      {project.value !== '' && <Trail project={project.value} onGo={go} />}
      <div class="tk-reports-body">
        {live.error.value && answer === undefined && (
          <Problem error={live.error.value} onRetry={() => live.restart()} />
        )}
        {answer === undefined && live.late.value && <SkeletonTiles />}
        {answer && found.length === 0 && (
          <NoReports narrowed={narrowed} archived={archived.value} project={project.value} />
        )}
        {children.length > 0 && (
          <ul class="tk-projects" aria-label="Projects">
            {children.map(({ name, count, last_update }) => (
              <li key={name}>
                <button type="button" class="tk-project" onClick={() => go(name)}>
                  <span class="tk-project-name">
                    <Icon of={FileText} />
                    <bdi class="tk-cut" title={name}>
                      {below(name, project.value)}
                    </bdi>
                  </span>
                  <span class="tk-faint">
                    <span class="tk-number">{count === 1 ? '1 report' : `${count.toLocaleString()} reports`}</span> ·{' '}
                    <RelativeTime time={last_update} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {shown.length > 0 && (
          <Cards
            source={source}
            reports={shown}
            book={book}
            onChanged={() => live.wake()}
            onProject={name => {
              layout.value = 'project';
              typed.value = '';
              search.value = '';
              go(name);
            }}
          />
        )}
        {answer && answer.total > answer.items.length && (
          <p class="tk-nothing">
            The first {MOST.toLocaleString()} of {answer.total.toLocaleString()} reports. A search finds the others.
          </p>
        )}
      </div>
      {making.value && (
        <NewReport
          source={source}
          project={project.value}
          projects={(answer?.projects ?? []).map(each => each.name)}
          onClose={() => {
            making.value = false;
          }}
          onMade={() => {
            making.value = false;
            live.wake();
          }}
        />
      )}
    </div>
  );
}

function NoReports({ narrowed, archived, project }: { narrowed: boolean; archived: boolean; project: string }) {
  if (narrowed) {
    return <Empty>No report is like that. Change the search or the filters.</Empty>;
  }
  if (archived) {
    return <Empty>The archive is empty. What is archived can be brought back from here, or deleted.</Empty>;
  }
  return (
    <Empty code={CODE}>
      <Icon of={NotebookPen} size={20} /> {project ? 'No reports in this project yet' : 'No reports yet'}: a report is a
      notebook with live views, which can be published and exported.
    </Empty>
  );
}

function Trail({ project, onGo }: { project: string; onGo: (project: string) => void }) {
  const parts = project.split('/');
  return (
    <nav class="tk-reports-trail" aria-label="Projects">
      <button type="button" class="tk-link" onClick={() => onGo('')}>
        All projects
      </button>
      {parts.map((part, index) => {
        const name = parts.slice(0, index + 1).join('/');
        return (
          <span key={name}>
            <span aria-hidden="true"> / </span>
            {index === parts.length - 1 ? (
              <bdi aria-current="page">{part}</bdi>
            ) : (
              <button type="button" class="tk-link" onClick={() => onGo(name)}>
                <bdi>{part}</bdi>
              </button>
            )}
          </span>
        );
      })}
    </nav>
  );
}
