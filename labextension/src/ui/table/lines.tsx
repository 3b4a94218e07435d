// The lines of the table: a row, a group of rows, or what stands where one cannot be shown.

import { ChevronDown, ChevronRight } from 'lucide';
import { integer } from '../parts/format';
import { Icon } from '../parts/icon';
import { Middle } from '../parts/middle';
import { Status } from '../parts/status';
import { tagSlot } from '../parts/tagbook';
import { RelativeTime } from '../parts/time';
import type { Group, Status as StatusName, TableRow } from '../protocol';
import { attemptsOf, type Cell, cellOf, metricOfTrend, shownOf, shownOfGroup, titleOf } from './columns';
import type { GridProps } from './grid';
import { Grouped } from './grouped';
import { cellClass, type Placed, placeOf } from './places';
import { isGroup } from './rows';
import { Sparkline } from './sparkline';

export function Line({ index, top, placed, ...props }: GridProps & { index: number; top: number; placed: Placed[] }) {
  const { rows, cursor, opened, selected } = props;
  const slot = rows.slot(index);
  if (isGroup(slot)) {
    return <GroupLine index={index} top={top} placed={placed} group={slot} {...props} />;
  }
  const row = rows.row(index);
  const chosen = row !== null && selected.has(row.id);
  const state = `${index === cursor ? ' tk-cursor' : ''}${chosen ? ' tk-chosen' : ''}${row && row.id === opened ? ' tk-opened' : ''}`;
  const onClick = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest('input, a')) {
      return;
    }
    if (event.shiftKey) {
      props.onRange(index);
      props.onCursor(index, false);
    } else if (event.ctrlKey || event.metaKey) {
      props.onToggle(index);
      props.onCursor(index, false);
    } else {
      props.onCursor(index, row !== null);
    }
  };
  return (
    <tr
      id={`tk-row-${index}`}
      class={`tk-experiments-row${state}`}
      data-cell={row ? props.cellOf?.(row) : undefined}
      data-label={row?.name}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      aria-busy={slot === 'waiting'}
      {...(rows instanceof Grouped ? { 'aria-level': rows.isMember(index) ? 2 : 1 } : {})}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
      onContextMenu={event => askMenu(event, index, row, props)}
    >
      <td class="tk-experiments-check tk-pinned" style={{ left: 0 }}>
        {row && (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${row.name}`}
            checked={chosen}
            onClick={event => {
              if (event.shiftKey) {
                props.onRange(index);
              } else {
                props.onToggle(index);
              }
              props.onCursor(index, false);
            }}
          />
        )}
      </td>
      {row ? (
        placed.map(one => <Entry key={one.column.key} row={row} one={one} {...props} />)
      ) : (
        <td class="tk-experiments-cell" style={{ width: '420px' }}>
          {slot === 'waiting' ? (
            <span class="tk-bone" style={{ width: `${120 + ((index * 53) % 140)}px` }} />
          ) : (
            <span class="tk-problem-inline">
              {typeof slot === 'string' ? `This ${props.noun} cannot be read.` : slot.problem}
            </span>
          )}
        </td>
      )}
    </tr>
  );
}

function askMenu(event: MouseEvent, index: number, of: TableRow | Group | null, props: GridProps): void {
  // With the shift key, the browser's own menu is meant.
  if (of && !event.shiftKey) {
    event.preventDefault();
    event.stopPropagation();
    props.onCursor(index, false);
    props.onMenu(of, event.clientX, event.clientY);
  }
}

interface GroupLineProps extends GridProps {
  index: number;
  top: number;
  placed: Placed[];
  group: Group;
}

/** What a group shares, how many are in it, and what its members have in each column. */
function GroupLine({ index, top, placed, group, ...props }: GroupLineProps) {
  const rows = props.rows as Grouped;
  const open = rows.isOpen(group);
  const value = titleOf(group, rows.by, rows.summed);
  const attempts = rows.by === 'cell' && group.value !== null ? attemptsOf(group, rows.summed) : '';
  const onClick = (event: MouseEvent) => {
    if (!(event.target as HTMLElement).closest('input')) {
      rows.toggle(group);
      props.onCursor(index, false);
    }
  };
  return (
    <tr
      id={`tk-row-${index}`}
      class={`tk-experiments-row tk-experiments-group${index === props.cursor ? ' tk-cursor' : ''}`}
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={open}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
      onContextMenu={event => askMenu(event, index, group, props)}
    >
      <td class="tk-experiments-check tk-pinned" style={{ left: 0 }}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select group ${value}`}
          title="Select the members (1,000 at most)"
          checked={false}
          onClick={event => {
            event.preventDefault();
            props.onToggle(index);
            props.onCursor(index, false);
          }}
        />
      </td>
      {placed.map((one, at) => {
        if (at === 0) {
          return (
            <td
              key={one.column.key}
              class={cellClass(one, 'tk-experiments-value')}
              style={placeOf(one)}
              title={attempts ? `${value}: ${attempts}` : value}
            >
              <Icon of={open ? ChevronDown : ChevronRight} size={14} />
              {group.value === null || attempts ? (
                <span class={group.value === null ? 'tk-cut tk-faint' : 'tk-cut'}>{value}</span>
              ) : (
                <Middle text={value} />
              )}
              <span class={`tk-faint tk-number${attempts && ' tk-cut'}`}>{attempts || integer(group.count)}</span>
            </td>
          );
        }
        const cell = group.cells[rows.summed.indexOf(one.column.key)] ?? null;
        const { text, spread, of, whole, time } = shownOfGroup(one.column, cell, group.count);
        const number = cell !== null && (typeof cell.low === 'number' || cell.mean !== null);
        return (
          <td
            key={one.column.key}
            class={cellClass(one, number ? 'tk-right tk-number' : '')}
            style={placeOf(one)}
            title={whole}
          >
            {time ? (
              <RelativeTime time={time} />
            ) : one.column.kind === 'status' && cell?.low === cell?.high ? (
              cell && <Status status={cell.low as StatusName} />
            ) : (
              <span class="tk-cut">
                {text}
                {spread && <span class="tk-faint"> {spread}</span>}
                {of && <span class="tk-faint"> {of}</span>}
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function Entry({ row, one, rows, courses }: GridProps & { row: TableRow; one: Placed }) {
  const { column } = one;
  const place = placeOf(one);
  if (column.kind === 'trend') {
    courses.version.value; // drawn again when courses came in
    return (
      <td class={cellClass(one, '')} style={place}>
        <Sparkline course={courses.get(metricOfTrend(column.key), row.id)} title={column.title} />
      </td>
    );
  }
  const cell = cellOf(row, column.key, rows.columns);
  const { text, whole } = shownOf(column, cell);
  const number = typeof cell === 'number' || (column.kind === 'number' && (cell === null || isNumber(cell)));
  return (
    <td class={cellClass(one, number ? 'tk-right tk-number' : '')} style={place} title={whole}>
      {column.kind === 'status' ? (
        <Status status={row.status} doing={row.doing} status_reason={row.status_reason} />
      ) : column.key === 'aliases' ? (
        row.aliases?.map(alias => (
          <span key={alias} class="tk-badge tk-cut">
            @{alias}
          </span>
        ))
      ) : column.kind === 'tags' ? (
        row.tags.map(tag => (
          <span key={tag} class="tk-tag" data-hue={tagSlot(tag)}>
            <span class="tk-tag-name">{tag}</span>
          </span>
        ))
      ) : column.kind === 'time' ? (
        <RelativeTime time={typeof cell === 'string' ? cell : null} />
      ) : (
        <span class={text === '–' ? 'tk-cut tk-faint' : 'tk-cut'}>{text}</span>
      )}
    </td>
  );
}

function isNumber(cell: Cell): boolean {
  return (
    typeof cell === 'string' && cell !== '' && (Number.isFinite(Number(cell)) || /^(nan|-?inf(inity)?)$/i.test(cell))
  );
}
