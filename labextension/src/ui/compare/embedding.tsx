// The snippet that shows a section of a comparison elsewhere, as it is now.

import { Code } from 'lucide';
import { copyText } from '../parts/copy';
import { Button } from '../parts/icon';
import { useToast } from '../parts/toast';
import type { View, ViewOptions } from '../protocol';
import { textsOf, useCompany } from './company';

/** Characters of an address that the embed page reads. */
const LONGEST = 32_768;
const AXES: Record<string, string> = { iterations: 'iter', relative: 'timestamp', wall: 'iso_time' };
const LISTS = ['metrics', 'variants', 'by', 'over', 'parameters', 'targets', 'log', 'brush', 'order'] as const;
const TEXTS = [
  'value_type',
  'tab',
  'smoothing',
  'group_by',
  'x_metric',
  'smoothing_kind',
  'line',
  'band',
  'base',
  'color',
  'statistic',
] as const;
const PLAIN: Record<string, unknown> = {
  smoothing: 0,
  group_by: 'metric',
  smoothing_kind: 'ema',
  value_type: 'value',
  statistic: 'last',
  line: 'mean',
  band: 'none',
};

/** The address of the embed page, relative to the server. */
export function addressOf(ids: readonly string[], options: ViewOptions, store: string): string {
  const query = new URLSearchParams({ type: 'comparison', objectType: 'task' });
  for (const name of TEXTS) {
    const value = options[name];
    if (value !== undefined && value !== null && value !== '' && value !== PLAIN[name]) {
      query.append(name, String(value));
    }
  }
  query.append('xaxis', AXES[options.xaxis ?? 'iterations'] ?? 'iter');
  for (const id of ids) {
    query.append('objects', id);
  }
  for (const name of LISTS) {
    for (const item of textsOf(options[name])) {
      query.append(name, item);
    }
  }
  if (options.identical) {
    query.append('identical', 'true');
  }
  if (store) {
    query.append('store', store);
  }
  return `/trackkit/widgets/?${query.toString().replaceAll('+', '%20')}`;
}

export function EmbedButton({ view }: { view: View }) {
  const { heads, options } = useCompany();
  const toast = useToast();
  const copy = async () => {
    const address = addressOf(
      heads.map(head => head.id),
      options,
      view.store.id,
    );
    if (address.length > LONGEST) {
      toast({
        text: 'These are too many experiments for an embed code: brush some and keep only these, or embed a query in Python.',
        problem: true,
      });
      return;
    }
    const source = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    await copyText(`<iframe src="${source}" name="comparison" width="100%" height="460"></iframe>`);
    toast({ text: 'Embed code copied' });
  };
  return <Button label="Copy embed code" icon={Code} onClick={() => void copy()} />;
}
