// What a person takes away from a table: the rows that are shown, in their order.

import { FileDown, Hash, Sheet, Sigma } from 'lucide';
import { copyText } from '../parts/copy';
import { downloadBlob } from '../parts/download';
import { formatCount } from './format';
import { sentenceOf } from './said';
import { type Table, type TableFormat, written } from './table';
import type { Control } from './toolbar';

const COPIES: [TableFormat, string, Control['icon']][] = [
  ['csv', 'CSV', Sheet],
  ['markdown', 'Markdown', Hash],
  ['latex', 'LaTeX', Sigma],
];

export function tableControls(
  table: Table,
  rows: () => Uint32Array,
  name: string,
  say: (text: string) => void,
): Control[] {
  const copies = COPIES.map(([format, label, icon], at) => ({
    name: `Copy as ${label}`,
    icon,
    group: 2,
    rank: 1 + at,
    run: () => {
      const count = rows().length;
      copyText(written(table, rows(), format)).then(
        () => say(`${formatCount(count)} row${count === 1 ? '' : 's'} copied as ${label}`),
        reason => say(sentenceOf(reason)),
      );
    },
  }));
  const save = () => downloadBlob(new Blob([written(table, rows(), 'csv')], { type: 'text/csv' }), `${name}.csv`);
  return [...copies, { name: 'Download CSV', icon: FileDown, group: 3, rank: 4, run: save }];
}
