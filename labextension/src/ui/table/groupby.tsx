// The choice of a field whose values make groups.

import { useSignal } from '@preact/signals';
import { Group as GroupIcon } from 'lucide';
import type { FieldsAnswer } from '../protocol';
import { columnOf, metricKey, parameterKey, propertyKey } from './columns';
import type { Kind } from './kinds';
import { Options } from './options';
import { Popover } from './popover';

interface GroupByProps {
  kind: Kind;
  fields: FieldsAnswer | undefined;
  chosen: string;
  onChange: (field: string) => void;
}

const MOST = 100;
/** What hardly two have in common, or what no query can name. */
const APART = new Set(['id', 'name', 'description', 'aliases', 'size']);

export function GroupBy(props: GroupByProps) {
  const { chosen } = props;
  return (
    <Popover
      label="Group by"
      icon={GroupIcon}
      strong={chosen !== ''}
      class="tk-filter"
      text={<span class={chosen ? 'tk-cut' : 'tk-wide-only'}>{chosen ? `By ${titleOfField(chosen)}` : 'Group'}</span>}
    >
      {close => (
        <Choices
          {...props}
          onChange={field => {
            props.onChange(field);
            close();
          }}
        />
      )}
    </Popover>
  );
}

function titleOfField(key: string): string {
  return key === 'cell' ? 'Attempts of a cell' : columnOf(key).title;
}

function Choices({ kind, fields, chosen, onChange }: GroupByProps) {
  const typed = useSignal('');
  const parameters = fields?.hyperparameters ?? [];
  const keys = [
    ...kind.fields.filter(key => !APART.has(key)),
    ...parameters.map(pair => parameterKey(pair, parameters)),
    ...(fields?.properties ?? []).map(propertyKey),
    ...(fields?.metrics ?? []).map(pair => metricKey(pair)),
  ];
  const words = typed.value.toLowerCase();
  const found = keys.filter(key => `${titleOfField(key)} ${key}`.toLowerCase().includes(words));
  return (
    <div class="tk-pick-list">
      <input
        class="tk-input"
        aria-label="Find a field"
        placeholder="Find a field"
        value={typed.value}
        onInput={event => {
          typed.value = event.currentTarget.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Enter' && words && found[0]) {
            onChange(found[0]);
          }
        }}
      />
      <Options
        label="Group by"
        options={['', ...found.slice(0, MOST)].map(key => ({
          value: key,
          words: key ? titleOfField(key) : 'No groups',
          of: key.includes('[') ? key.slice(0, key.indexOf('[')) : undefined,
          title: key,
        }))}
        chosen={chosen}
        onChoose={onChange}
      />
      {found.length > MOST && <p class="tk-nothing">{found.length - MOST} more: find them by name.</p>}
    </div>
  );
}
