// The tools above the table: search, filters, grouping, columns, saved views, copying, and what is done with the chosen rows.

import { Archive as ArchiveIcon, ChevronsDownUp, ChevronsUpDown, Copy } from 'lucide';
import { copyText } from '../parts/copy';
import { integer } from '../parts/format';
import { Button } from '../parts/icon';
import type { FieldsAnswer } from '../protocol';
import type { Source } from '../source';
import { Actions } from './actions';
import { Chooser } from './chooser';
import { askedFor, columnOf } from './columns';
import { codeOf, csvOf, groupLines, groupTexts, linesOf, markdownOf } from './copying';
import { Filters } from './filters';
import { GroupBy } from './groupby';
import { Grouped } from './grouped';
import { Popover } from './popover';
import { QueryBox } from './querybox';
import { Saved } from './saved';
import type { TableState } from './state';

interface ToolsProps {
  source: Source;
  state: TableState;
  fields: FieldsAnswer | undefined;
}

const WAYS = ['CSV', 'Markdown', 'code'] as const;

async function copy(state: TableState, how: (typeof WAYS)[number]): Promise<void> {
  const chosen = [...state.selected.peek().values()];
  const keys = state.shown.peek();
  if (how === 'code') {
    const query = state.queryWith(state.filter.peek());
    const asked = {
      query,
      order: state.order.peek(),
      archived: state.archived.peek(),
      groupBy: state.groupBy.peek(),
      columns: state.chosen.peek(),
    };
    await copyText(codeOf(asked, chosen, state.kind));
    state.said.value = 'Copied as code';
  } else {
    const rows = state.rows.peek();
    const columns = keys.map(columnOf);
    const ofGroups = how === 'CSV' ? groupLines : groupTexts;
    const grouped = chosen.length === 0 && rows instanceof Grouped;
    const lines = grouped
      ? ofGroups(rows, columns, state.kind.many)
      : linesOf(chosen.length > 0 ? chosen : await state.found(), columns, askedFor(keys));
    await copyText((how === 'CSV' ? csvOf : markdownOf)(lines));
    const count = lines.length - 1;
    state.said.value = `${integer(count)} ${grouped ? 'group' : 'row'}${count === 1 ? '' : 's'} copied as ${how}`;
  }
}

export function Tools({ source, state, fields }: ToolsProps) {
  const { kind } = state;
  const rows = state.rows.value;
  const found = rows.found.value;
  const counted = found === null ? '' : `${integer(found)} ${found === 1 ? kind.one : kind.many}`;
  return (
    <div class="tk-experiments-tools">
      <QueryBox kind={kind} query={state.query} fields={fields} problem={rows.problem.value} />
      <div class="tk-experiments-bar">
        <Filters
          kind={kind}
          chosen={state.filters.value}
          fields={fields}
          onChange={next => {
            state.filters.value = next;
          }}
        />
        <Button
          label="Archive"
          icon={ArchiveIcon}
          pressed={state.archived.value}
          onClick={() => {
            state.archived.value = !state.archived.value;
            state.clear();
          }}
        >
          <span class="tk-wide-only">Archive</span>
        </Button>
        <div class="tk-experiments-tail">
          <span class="tk-faint tk-number tk-experiments-count" role="status">
            {state.said.value || counted}
          </span>
          {rows instanceof Grouped && <Folds rows={rows} counted={!state.said.value} />}
          <GroupBy
            kind={kind}
            fields={fields}
            chosen={state.groupBy.value}
            onChange={field => {
              state.groupBy.value = field;
            }}
          />
          <Chooser
            kind={kind}
            fields={fields}
            shown={state.shown.value}
            pinned={state.pinned.value}
            onChange={(next, count) => state.setColumns(next, count)}
            onUsual={() => state.resetColumns()}
          />
          <Saved kind={kind} source={source} now={() => state.now()} onChoose={saved => state.take(saved)} />
          <Popover label="Copy" icon={Copy}>
            {done => (
              <div class="tk-pick-list">
                {WAYS.map(how => (
                  <button
                    key={how}
                    type="button"
                    class="tk-button tk-pick-item"
                    onClick={() => {
                      done();
                      void copy(state, how);
                    }}
                  >
                    Copy as {how}
                  </button>
                ))}
              </div>
            )}
          </Popover>
        </div>
      </div>
      <Actions
        kind={kind}
        source={source}
        rows={[...state.selected.value.values()]}
        archived={state.archived.value}
        fields={fields}
        onCompare={ids => void state.compare(ids)}
        onDone={() => {
          state.clear();
          rows.refresh();
        }}
        onClear={() => state.clear()}
      />
    </div>
  );
}

/** How many groups there are, and the button that opens or closes all. */
function Folds({ rows, counted }: { rows: Grouped; counted: boolean }) {
  rows.version.value; // groups came, opened or closed
  const open = rows.allOpen;
  const { length } = rows.groups;
  return (
    <>
      {counted && (
        <span class="tk-faint tk-number">
          in {integer(length)}
          {rows.more.value && '+'} {length === 1 ? 'group' : 'groups'}
        </span>
      )}
      <Button
        label={open ? 'Close all groups' : 'Open all groups'}
        icon={open ? ChevronsDownUp : ChevronsUpDown}
        onClick={() => rows.toggleAll(!open)}
      />
    </>
  );
}
