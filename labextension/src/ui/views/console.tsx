// The Console tab: the whole log, read as it comes into sight, following its end.

import { type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals';
import { ArrowDownToLine, ChevronDown, ChevronUp, Clock, Download, Regex } from 'lucide';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { useClock } from '../clock';
import { lit, useGoing, useLineMarks } from '../clocktabs';
import { Ansi, plain, settled } from '../parts/ansi';
import { downloadBlob, downloadUrl, fileName } from '../parts/download';
import { exact, integer, milliseconds } from '../parts/format';
import { Button } from '../parts/icon';
import { type LiveRead, useLive } from '../parts/live';
import { Following, LogSearch, PagedLog } from '../parts/log';
import { Search } from '../parts/search';
import { Empty, Problem, SkeletonRows } from '../parts/states';
import { useVirtual } from '../parts/virtual';
import type { ConsoleLine, ExperimentAnswer } from '../protocol';
import type { Source } from '../source';
import '../styles/console.css';

const ROW_PX = 16;

interface ConsoleProps {
  source: Source;
  id: string;
  record: LiveRead<ExperimentAnswer>;
  live: ReadonlySignal<boolean>;
}

export function ConsoleTab({ source, id, record, live }: ConsoleProps) {
  const log = useMemo(
    () =>
      new PagedLog(
        (after, limit, signal) => source.read('console', { id, after, limit }, signal),
        (text, after, signal) => source.read('find_in_console', { id, text, after }, signal),
      ),
    [source, id],
  );
  useEffect(() => () => log.dispose(), [log]);
  const tail = useLive(source, [id], signal => log.refresh(signal), [id]);
  const total = log.total.value;
  if (total === null) {
    const error = tail.error.value;
    return error ? (
      <Problem error={error} onRetry={() => tail.wake()} />
    ) : tail.late.value ? (
      <SkeletonRows rows={8} />
    ) : null;
  }
  if (total === 0) {
    return <Empty code='print("hello")'>What the experiment prints appears here.</Empty>;
  }
  const name = record.value.value?.name ?? id;
  const logUrl = source.logUrl?.bind(source);
  const address = logUrl ? (times: boolean) => logUrl(id, `${fileName(name)}.log`, times) : null;
  return <Log log={log} total={total} name={name} live={live} address={address} />;
}

/** A line as it is downloaded; as the server writes it. */
function textOf(line: ConsoleLine, times: boolean): string {
  const ms = milliseconds(line.time);
  const head = times && ms !== null ? `${new Date(ms).toISOString()} ${line.stream} ` : '';
  return `${head}${plain(settled(line.text))}\n`;
}

interface LogProps {
  log: PagedLog;
  address: ((times: boolean) => string) | null;
  total: number;
  name: string;
  live: ReadonlySignal<boolean>;
}

function Log({ log, total, name, live, address }: LogProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const follow = useMemo(() => new Following(), [log]);
  const atEnd = useSignal(true);
  const times = useSignal(false);
  const finder = useFinder(log, total);
  const virtual = useVirtual({ count: total, scroller, rowHeight: ROW_PX });
  const version = log.version.value;
  // A line to go to, which may have been written since this tab was last looked at: it is gone to when it is known.
  const ahead = useRef<number | null>(null);
  const toEnd = () => {
    const view = scroller.current;
    ahead.current = null;
    if (view) {
      view.scrollTop = view.scrollHeight;
      follow.on = true;
      atEnd.value = true;
    }
  };
  useLayoutEffect(() => {
    if (follow.on && scroller.current) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    }
  }, [total, version, virtual.height, follow]);
  useLayoutEffect(() => {
    if (finder.current !== undefined) {
      follow.on = false;
      atEnd.value = false;
      virtual.scrollTo(finder.current);
    }
  }, [finder.current]);
  const clock = useClock();
  const goAhead = () => {
    if (ahead.current !== null && ahead.current < total) {
      virtual.scrollTo(ahead.current);
      ahead.current = null;
    }
  };
  useLayoutEffect(goAhead, [total]);
  useGoing('console', ({ console: [first] }) => {
    follow.on = false;
    atEnd.value = false;
    ahead.current = first;
    goAhead();
  });
  useLineMarks(
    scroller,
    index => log.line(index)?.time,
    () => finder.current,
  );
  const onScroll = () => {
    if (scroller.current && scroller.current.clientHeight > 0 && ahead.current === null) {
      atEnd.value = follow.scrolled(scroller.current);
    }
  };
  return (
    <div class="tk-console">
      <div class="tk-bar">
        <Search text={finder.text} placeholder="Search the log" onKeyDown={finder.onKeyDown} />
        <Button
          label="Regular expression"
          icon={Regex}
          pressed={finder.pattern.value}
          onClick={() => (finder.pattern.value = !finder.pattern.value)}
        />
        <FinderTools finder={finder} />
        <span class="tk-space" />
        <span class="tk-faint tk-number tk-wide-only">
          {integer(total)} {total === 1 ? 'line' : 'lines'}
        </span>
        <Button label="Times" icon={Clock} pressed={times.value} onClick={() => (times.value = !times.value)} />
        <DownloadButton log={log} name={name} address={address} times={times.value} />
        <Button
          label="Jump to end"
          icon={ArrowDownToLine}
          onClick={toEnd}
          class={atEnd.value ? 'tk-quiet' : 'tk-strong'}
        >
          <span class="tk-wide-only">{atEnd.value && live.value ? 'Following' : 'Jump to end'}</span>
        </Button>
      </div>
      <div
        ref={scroller}
        class="tk-log"
        role="log"
        aria-label="Console"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="tk-log-all" style={{ height: `${virtual.height}px` }}>
          <div class="tk-log-rows" style={{ transform: `translateY(${virtual.rows[0]?.start ?? 0}px)` }}>
            {virtual.rows.map(({ index }) => (
              <Row
                key={index}
                index={index}
                line={log.line(index)}
                query={finder.pattern.value ? '' : finder.query}
                times={times.value}
                current={finder.current === index}
                lit={lit(clock, 'console', index)}
                measure={virtual.measure}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  index: number;
  line: ConsoleLine | undefined;
  query: string;
  times: boolean;
  current: boolean;
  /** In the span that is marked on the clock. */
  lit: true | undefined;
  measure: (row: HTMLElement | null) => void;
}

function Row({ index, line, query, times, current, lit, measure }: RowProps) {
  const ms = milliseconds(line?.time);
  const told =
    line &&
    [line.stream, ms !== null && `${exact(ms)}\nClick to mark this moment on every chart`].filter(Boolean).join(' · ');
  return (
    <div
      ref={measure}
      class="tk-log-line"
      data-index={index}
      data-stream={line?.stream}
      data-current={current || undefined}
      data-lit={lit}
      title={told}
    >
      {times && <span class="tk-log-time">{ms === null ? '' : exact(ms)}</span>}
      {!line ? ' ' : line.stream === 'cell' ? <b>{line.text}</b> : <Ansi text={line.text} query={query} />}
    </div>
  );
}

interface Finder {
  text: Signal<string>;
  /** Whether what is searched for is a regular expression. */
  pattern: Signal<boolean>;
  problem: string | null;
  query: string;
  matches: readonly number[];
  progress: number;
  /** Position in `matches` and the line it stands for. */
  at: number;
  current: number | undefined;
  move: (step: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function useFinder(log: PagedLog, total: number): Finder {
  const text = useSignal('');
  const at = useSignal(0);
  const search = useMemo(() => new LogSearch(log), [log]);
  const pattern = useSignal(false);
  const query = useComputed(() => text.value.trim()).value;
  useEffect(() => {
    at.value = 0;
    const timer = setTimeout(() => search.start(query, pattern.value), query ? 120 : 0);
    return () => clearTimeout(timer);
  }, [search, query, pattern.value]);
  useEffect(() => void search.goOn(), [search, total]);
  useEffect(() => () => search.stop(), [search]);
  const matches = search.matches.value;
  const move = (step: number) => {
    if (matches.length > 0) {
      at.value = (at.value + step + matches.length) % matches.length;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      move(event.shiftKey ? -1 : 1);
    }
  };
  const current = query ? matches[at.value] : undefined;
  const problem = search.problem.value;
  return {
    text,
    pattern,
    problem,
    query,
    matches,
    progress: search.progress.value,
    at: at.value,
    current,
    move,
    onKeyDown,
  };
}

function FinderTools({ finder }: { finder: Finder }) {
  const { query, problem, matches, progress, at, move } = finder;
  if (!query) {
    return null;
  }
  if (problem) {
    return (
      <span class="tk-problem-inline" role="status">
        {problem}
      </span>
    );
  }
  const count = matches.length > 0 ? `${integer(at + 1)} of ${integer(matches.length)}` : 'No match';
  return (
    <>
      <span class="tk-faint tk-number" role="status">
        {progress < 1 ? `${count}, searching ${Math.floor(progress * 100)} %` : count}
      </span>
      <Button
        label="Previous match"
        icon={ChevronUp}
        shortcut="Shift+Enter"
        onClick={() => move(-1)}
        disabled={!matches.length}
      />
      <Button
        label="Next match"
        icon={ChevronDown}
        shortcut="Enter"
        onClick={() => move(1)}
        disabled={!matches.length}
      />
    </>
  );
}

interface DownloadProps {
  log: PagedLog;
  name: string;
  /** Where the server sends the whole log; without it the log is read in pages. */
  address: ((times: boolean) => string) | null;
  times: boolean;
}

function DownloadButton({ log, name, address, times }: DownloadProps) {
  const progress = useSignal<number | null>(null);
  const failed = useSignal(false);
  const life = useMemo(() => new AbortController(), [log]);
  useEffect(() => () => life.abort(), [life]);
  const download = async () => {
    if (address) {
      downloadUrl(address(times), `${fileName(name)}.log`);
      return;
    }
    progress.value = 0;
    failed.value = false;
    try {
      const texts: string[] = [];
      for await (const { lines, next, total } of log.all(life.signal)) {
        texts.push(lines.map(line => textOf(line, times)).join(''));
        progress.value = total > 0 ? next / total : 1;
      }
      downloadBlob(new Blob(texts, { type: 'text/plain;charset=utf-8' }), `${fileName(name)}.log`);
    } catch {
      failed.value = !life.signal.aborted;
    }
    progress.value = null;
  };
  const busy = progress.value !== null;
  return (
    <>
      {failed.value && <span class="tk-problem-inline">The log could not be read to its end. Try again.</span>}
      <Button label="Download" icon={Download} onClick={() => void download()} disabled={busy}>
        {busy ? `${Math.floor((progress.value ?? 0) * 100)} %` : undefined}
      </Button>
    </>
  );
}
