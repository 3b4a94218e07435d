// The quick filters: status, tags, project, user and date, each a short list, kept as a query.

import { useSignal } from '@preact/signals';
import { ChevronDown } from 'lucide';
import { Icon } from '../parts/icon';
import { statusWord } from '../parts/status';
import type { FieldsAnswer } from '../protocol';
import { quoted } from './columns';
import type { Kind } from './kinds';
import { type Option, Options } from './options';
import { Popover } from './popover';

export interface Chosen {
  status: string[];
  tags: string[];
  project: string[];
  user: string[];
  framework: string[];
  date: string;
}

export const NOTHING_CHOSEN: Chosen = { status: [], tags: [], project: [], user: [], framework: [], date: '' };

const DATES: Option[] = [
  { value: '', words: 'Any time' },
  { value: 'today', words: 'Today' },
  { value: 'yesterday', words: 'Yesterday' },
  { value: '7 days ago', words: 'Last 7 days' },
  { value: '30 days ago', words: 'Last 30 days' },
];
/** So many need a box to find one. */
const MANY = 10;
const SHOWN = 200;

/** The day, as it begins and ends for the person at the screen; so many days from the one that `now` is in. */
function dayOf(now: Date, days: number): string {
  const begins = (ahead: number) => {
    const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead);
    return quoted(`${at.toISOString().slice(0, -5)}Z`);
  };
  return `created >= ${begins(days)} and created < ${begins(days + 1)}`;
}

function dateQuery(date: string, now: Date): string {
  const days = { today: 0, yesterday: -1 }[date];
  return days === undefined ? `created > ${quoted(date)}` : dayOf(now, days);
}

/** The filters as a query; a project has those nested in it. */
export function filterQuery({ status, tags, project, user, framework, date }: Chosen, now = new Date()): string {
  const among = (field: string, values: string[]) =>
    values.length > 0 ? [`${field} in (${values.map(quoted).join(', ')})`] : [];
  return [
    ...among('status', status),
    ...tags.map(tag => `${quoted(tag)} in tags`),
    ...among('project', project),
    ...among('user', user),
    ...among('framework', framework),
    ...(date ? [dateQuery(date, now)] : []),
  ].join(' and ');
}

interface FiltersProps {
  kind: Kind;
  chosen: Chosen;
  fields: FieldsAnswer | undefined;
  onChange: (chosen: Chosen) => void;
}

export function Filters({ kind, chosen, fields, onChange }: FiltersProps) {
  const pick = (name: 'status' | 'tags' | 'project' | 'user' | 'framework') => (values: string[]) =>
    onChange({ ...chosen, [name]: values });
  const projects = Object.keys(fields?.projects ?? {});
  const tags = Object.keys(fields?.tags ?? {}).sort();
  const date = DATES.find(({ value }) => value === chosen.date)?.words ?? chosen.date;
  const some = filterQuery(chosen) !== '';
  return (
    <>
      <Several
        label="Status"
        values={kind.statuses.map(status => [status, statusWord(status)])}
        chosen={chosen.status}
        onChange={pick('status')}
      />
      <Several label="Tags" values={tags.map(tag => [tag, tag])} chosen={chosen.tags} onChange={pick('tags')} />
      <Several
        label="Project"
        values={projects.map(project => [project, project])}
        chosen={chosen.project}
        onChange={pick('project')}
      />
      {kind.type === 'model' && (
        <Several
          label="Framework"
          values={(fields?.frameworks ?? []).map(name => [name, name])}
          chosen={chosen.framework}
          onChange={pick('framework')}
        />
      )}
      {((fields?.users.length ?? 0) > 1 || chosen.user.length > 0) && (
        <Several
          label="User"
          values={(fields?.users ?? []).map(user => [user, user])}
          chosen={chosen.user}
          onChange={pick('user')}
        />
      )}
      <Popover label="Filter by date" strong={chosen.date !== ''} text={<Word text={chosen.date ? date : 'Date'} />}>
        {close => (
          <Options
            label="Created"
            options={DATES}
            chosen={chosen.date}
            onChoose={value => {
              onChange({ ...chosen, date: value });
              close();
            }}
          />
        )}
      </Popover>
      {some && (
        <button type="button" class="tk-button" onClick={() => onChange(NOTHING_CHOSEN)}>
          Clear filters
        </button>
      )}
    </>
  );
}

function Word({ text }: { text: string }) {
  return (
    <>
      <span class="tk-cut">{text}</span>
      <Icon of={ChevronDown} size={12} />
    </>
  );
}

interface SeveralProps {
  label: string;
  values: [value: string, words: string][];
  chosen: string[];
  onChange: (values: string[]) => void;
}

export function Several({ label, values, chosen, onChange }: SeveralProps) {
  const typed = useSignal('');
  const named = chosen.length === 1 ? `${label}: ${chosen[0]}` : `${label} (${chosen.length})`;
  const wanted = typed.value.toLowerCase();
  const found = values.filter(([, words]) => words.toLowerCase().includes(wanted));
  const toggle = (value: string, on: boolean) =>
    onChange(on ? [...chosen, value] : chosen.filter(other => other !== value));
  return (
    <Popover
      label={`Filter by ${label.toLowerCase()}`}
      strong={chosen.length > 0}
      class="tk-filter"
      text={<Word text={chosen.length > 0 ? named : label} />}
    >
      {() => (
        <div class="tk-pick-list">
          {values.length > MANY && (
            <input
              class="tk-input"
              aria-label={`Find ${label.toLowerCase()}`}
              placeholder="Find"
              value={typed.value}
              onInput={event => {
                typed.value = event.currentTarget.value;
              }}
            />
          )}
          {found.slice(0, SHOWN).map(([value, words]) => (
            <label key={value} class="tk-pick-item">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={event => toggle(value, event.currentTarget.checked)}
              />
              <span class="tk-cut">{words}</span>
            </label>
          ))}
          {found.length === 0 && <p class="tk-nothing">{values.length === 0 ? 'There are none.' : 'None has that.'}</p>}
        </div>
      )}
    </Popover>
  );
}
