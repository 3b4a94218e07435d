// Reports as cards, side by side: of any number only those in sight are made.

import { useSignal } from '@preact/signals';
import { EllipsisVertical, Lock, TriangleAlert } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon';
import { lazy } from '../../parts/lazy';
import { MenuButton } from '../../parts/menu';
import { Status } from '../../parts/status';
import { colorsOf, type TagBook } from '../../parts/tagbook';
import { Chip } from '../../parts/tagging';
import { RelativeTime } from '../../parts/time';
import { useVirtual, windowOf } from '../../parts/virtual';
import type { Report } from '../../protocol';
import type { Source } from '../../source';
import { useStanding } from '../../standing';
import { useReportActions } from './actions';

const TagMenu = lazy(
  async () => (await import('../../parts/tagmenu')).TagMenu,
  () => null,
);

const CARD_WIDTH = 264;
const ROW_HEIGHT = 172;
const GAP = 12;
const TROUBLES = {
  changed: 'Its file was changed after it was published: it is not what was published.',
  missing: 'Its notebook is not where it was. Open it where it is now, and the report follows.',
};

interface CardsProps {
  source: Source;
  reports: readonly Report[];
  book: TagBook;
  onChanged: () => void;
  onProject: (project: string) => void;
}

export function Cards({ reports, ...common }: CardsProps) {
  const list = useRef<HTMLUListElement>(null);
  const scroller = useRef<HTMLElement>(null);
  const columns = useSignal(1);
  // Before the list looks for what scrolls it: in one column nothing else would make it look again.
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) {
      return;
    }
    const body = element.closest<HTMLElement>('.tk-reports-body');
    (scroller as { current: HTMLElement | null }).current = body;
    const measure = () => {
      columns.value = Math.max(1, Math.floor((element.clientWidth + GAP) / (CARD_WIDTH + GAP)));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const count = Math.ceil(reports.length / columns.value);
  const virtual = useVirtual({ count, scroller, rowHeight: ROW_HEIGHT + GAP });
  const { indices, before, after } = windowOf(virtual, count);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns.value, ArrowUp: -columns.value }[event.key];
    const links = [...(list.current?.querySelectorAll<HTMLElement>('.tk-report-name') ?? [])];
    const at = links.indexOf(event.target as HTMLElement);
    if (step && at >= 0) {
      event.preventDefault();
      links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
    }
  };
  return (
    <ul
      ref={list}
      class="tk-report-cards"
      aria-label="Reports"
      style={{ '--tk-columns': String(columns.value), paddingTop: `${before}px`, paddingBottom: `${after}px` }}
      onKeyDown={onKeyDown}
    >
      {indices
        .flatMap(row => reports.slice(row * columns.value, (row + 1) * columns.value))
        .map(report => (
          <ReportCard key={report.id} report={report} {...common} />
        ))}
    </ul>
  );
}

function ReportCard({ report, source, book, onChanged, onProject }: Omit<CardsProps, 'reports'> & { report: Report }) {
  const card = useRef<HTMLLIElement>(null);
  const menu = useRef<HTMLSpanElement>(null);
  const tagging = useSignal(false);
  const { host } = useStanding();
  const { items, dialog } = useReportActions({
    source,
    report,
    onChanged,
    onTag: () => {
      tagging.value = true;
    },
  });
  const { name, path, trouble } = report;
  const address = path === null ? undefined : source.notebookUrl?.(path);
  const open = (event: MouseEvent) => {
    if (path !== null && host?.desk && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      host.desk.file(path);
    }
  };
  return (
    <li
      ref={card}
      class="tk-report"
      data-report={report.id}
      onContextMenu={event => {
        event.preventDefault();
        menu.current?.querySelector('button')?.click();
      }}
    >
      <div class="tk-report-head">
        {address || (path !== null && host?.desk) ? (
          <a
            class="tk-report-name tk-cut"
            href={address ?? '#'}
            target="_blank"
            rel="noreferrer"
            title={name}
            onClick={open}
          >
            <bdi>{name}</bdi>
          </a>
        ) : (
          <span class="tk-report-name tk-cut" title={name}>
            <bdi>{name}</bdi>
          </span>
        )}
        <span ref={menu}>
          <MenuButton label={`Actions of ${name}`} icon={EllipsisVertical} items={items} />
        </span>
      </div>
      <button
        type="button"
        class="tk-link tk-report-project tk-cut"
        title={report.project}
        onClick={() => onProject(report.project)}
      >
        <bdi>{report.project}</bdi>
      </button>
      <p class="tk-report-description">{report.description || <span class="tk-faint">No description</span>}</p>
      <ul class="tk-report-tags" aria-label="Tags">
        {report.tags.map(tag => (
          <li key={tag}>
            <Chip tag={tag} colors={colorsOf(book.tags, tag)} />
          </li>
        ))}
      </ul>
      <div class="tk-report-foot">
        <Status status={report.status} />
        {report.frozen && (
          <span class="tk-report-frozen" title="The data of its views is kept with it">
            <Icon of={Lock} size={12} />
            Frozen
          </span>
        )}
        {trouble && (
          <span class="tk-report-trouble" title={TROUBLES[trouble]}>
            <Icon of={TriangleAlert} size={12} />
            {trouble === 'changed' ? 'Changed' : 'Not found'}
          </span>
        )}
        <span class="tk-grow" />
        <bdi class="tk-cut tk-report-user" title={report.user ?? ''}>
          {report.user ?? '–'}
        </bdi>
        <RelativeTime time={report.last_update} />
      </div>
      {tagging.value && (
        <TagMenu
          anchor={menu}
          carried={report.tags}
          book={book}
          onAdd={async tag => {
            await source.edit('add_tags', { id: report.id, tags: [tag] });
            onChanged();
          }}
          onColors={() => {
            tagging.value = false;
          }}
          onClose={() => {
            tagging.value = false;
          }}
        />
      )}
      {dialog}
    </li>
  );
}
