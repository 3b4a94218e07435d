// The frame of every plot, as a card and over the whole window: title, controls, notes, selection, what can be taken away.

import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type Part, useEmbedding } from '../embedding/embedding';
import { Dialog } from '../parts/dialog';
import { downloadBlob } from '../parts/download';
import { lazy } from '../parts/lazy';
import type { Source } from '../source';
import { Card, shortcuts } from './card';
import type { Chart, ChartOptions } from './chart';
import { type ControlsOf, controlsOf } from './controls';
import type { Picked } from './region';
import { sentenceOf, useSaid } from './said';
import { type Control, Toolbar } from './toolbar';

const PickedBar = lazy(
  async () => (await import('./picked')).PickedBar,
  () => null,
);

/** What the frame gives to the drawing in it. The card and the window have one each. */
export interface Stage {
  /** Where the drawing puts itself, for the controls. */
  chart: { current: Chart | null };
  maximized: boolean;
  /** What is worth knowing about the data: how much of it is shown, what has no place on the axes. */
  notes: Signal<string[]>;
  /** What a box or lasso holds; null where none is drawn. */
  picked: Signal<readonly Picked[] | null>;
  /** Says the outcome of an action, or a refusal. */
  say: (text: string) => void;
}

/** What can be taken away from a plot. */
export interface Takeaways {
  /** Of files, without an ending. */
  name: () => string;
  /** Null where the file has been handed to the browser already. */
  json: () => string | null | Promise<string | null>;
  /** Where the plot is a picture: its file, in place of a drawing. */
  png?: () => Blob;
  /** What shows it elsewhere. */
  part: () => Part;
  /** What the horizontal axis is called in a file. */
  x?: () => string;
}

interface FrameProps {
  source: Source;
  title: string;
  /** Of the card, in CSS pixels. */
  width: number;
  kind: ControlsOf['kind'];
  options: Signal<ChartOptions>;
  takeaways: Takeaways;
  /** Whether a span that is marked here is one of other tabs too. */
  clock?: boolean;
  /** Controls of this plot's own. */
  more?: (stage: Stage) => Control[];
  /** The drawing; called for the card and, while it is open, for the window. */
  children: (stage: Stage) => ComponentChildren;
}

export function Frame(props: FrameProps) {
  const maximized = useSignal(false);
  const { title, width } = props;
  const { stage, said, controls, picked } = useStage(props, () => {
    maximized.value = true;
  });
  return (
    <>
      <Card title={title} width={width} controls={controls} notes={stage.notes.value} said={said}>
        {props.children(stage)}
        {picked}
      </Card>
      {maximized.value && (
        <Maximized
          {...props}
          onClose={() => {
            maximized.value = false;
          }}
        />
      )}
    </>
  );
}

/** The plot over the whole window, with every point there is. */
function Maximized(props: FrameProps & { onClose: () => void }) {
  const { title, onClose } = props;
  const { stage, said, controls, picked } = useStage(props);
  const tools = (
    <>
      <span class="tk-chart-notes">{stage.notes.value.join(' · ')}</span>
      <Toolbar label={`Plot controls of ${title}`} controls={controls} width={Math.max(280, innerWidth - 320)} />
    </>
  );
  return (
    <Dialog title={title} tools={tools} onClose={onClose} onKeyDown={shortcuts(controls)}>
      <div class="tk-maximized">
        {props.children(stage)}
        {picked}
        <span class={said ? 'tk-chart-said' : 'tk-spoken'} role="status">
          {said}
        </span>
      </div>
    </Dialog>
  );
}

function useStage({ source, kind, options, takeaways, clock = false, more }: FrameProps, onMaximize?: () => void) {
  const chart = useRef<Chart | null>(null);
  const notes = useSignal<string[]>([]);
  const picked = useSignal<readonly Picked[] | null>(null);
  const [said, say] = useSaid();
  const embed = useEmbedding(source, say);
  const stage: Stage = { chart, maximized: !onMaximize, notes, picked, say };
  const attempt = (doing: () => Promise<void>) => () => {
    doing().catch(reason => say(sentenceOf(reason)));
  };
  const save = (ending: string, make: () => Blob | null | undefined | Promise<Blob | null>) =>
    attempt(async () => {
      const file = await make();
      if (file) {
        downloadBlob(file, `${takeaways.name()}.${ending}`);
      }
    });
  const own = more?.(stage) ?? [];
  const all = controlsOf({
    kind,
    clock,
    options: options.value,
    set: patch => {
      options.value = { ...options.value, ...patch };
    },
    chart: () => chart.current,
    onPng: save('png', () => takeaways.png?.() ?? chart.current?.toPng()),
    onSvg: save('svg', () => chart.current?.toSvg()),
    onJson: save('json', async () => {
      const text = await takeaways.json();
      return text === null ? null : new Blob([text], { type: 'application/json' });
    }),
    onEmbed: () => embed(takeaways.part()),
    ...(onMaximize && { onMaximize }),
  });
  const controls = [...own, ...all];
  const bar = picked.value && (
    <PickedBar
      points={picked.value}
      x={takeaways.x?.() ?? 'x'}
      name={takeaways.name()}
      say={say}
      onClear={() => {
        picked.value = null;
      }}
    />
  );
  return { stage, said: said.value, controls, picked: bar };
}
