// The windows in which an action on a report asks for a text, or whether it is really meant.

import { useSignal } from '@preact/signals';
import type { Report } from '../../protocol';
import type { Source } from '../../source';
import { Confirmation, type Field, type Question, TEXTS, TextDialog } from '../actiondialogs';

export type ReportQuestion = 'rename' | 'describe' | 'move' | 'publish' | 'delete';

interface ReportDialogProps {
  question: ReportQuestion;
  source: Source;
  report: Report;
  onDone: () => void;
  onClose: () => void;
}

const FIELDS: Partial<Record<ReportQuestion, Field>> = {
  ...TEXTS,
  rename: { ...TEXTS.rename, hint: 'The file keeps its name, so that links to it go on.' },
  move: { ...TEXTS.move, title: 'Move to', save: 'Move' },
};

const DELETE: Question = {
  title: 'Delete',
  verb: 'Delete',
  danger: true,
  text: report => (
    <>
      The report <bdi>{report.name}</bdi> is deleted for good: its name, project, description, tags, its published state
      with the hash, and the data that was frozen with it. Its notebook stays as a file.
    </>
  ),
  send: (source, id) => source.edit('delete', { id }),
};

export function ReportDialog({ question, report, ...common }: ReportDialogProps) {
  const field = FIELDS[question];
  if (field) {
    return <TextDialog {...common} record={report} field={field} />;
  }
  return question === 'delete' ? (
    <Confirmation {...common} record={report} question={DELETE} />
  ) : (
    <Publishing {...common} report={report} />
  );
}

/** What publishing means, and whether the data is kept too. */
function Publishing({ report, ...common }: Omit<ReportDialogProps, 'question'>) {
  const freeze = useSignal(false);
  const asked: Question = {
    title: 'Publish',
    verb: 'Publish',
    text: ({ name }) => (
      <>
        The notebook of <bdi>{name}</bdi> is locked for good as it was saved last: its cells cannot be edited, and its
        file can be neither saved, renamed nor deleted from Jupyter. Name, project, tags and archive stay free; a copy
        can be edited.
        <label class="tk-form-check">
          <input
            type="checkbox"
            checked={freeze.value}
            onChange={event => {
              freeze.value = event.currentTarget.checked;
            }}
          />
          Keep the data that its views show now with it, for when the experiments are gone
        </label>
      </>
    ),
    send: (source, id) => source.edit('publish', freeze.peek() ? { id, freeze: true } : { id }),
  };
  return <Confirmation {...common} record={report} question={asked} />;
}
