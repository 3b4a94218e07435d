// Numbers and times as a person reads them on an axis, in a tooltip and in a table.

const MINUS = '\u2212';
const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const YEAR = 365 * DAY;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function signed(text: string): string {
  return text.replace(/-/g, MINUS);
}

/** A whole number with its thousands marked: "1,000,000". */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** A measured value with 4 significant digits; whole numbers below ten million in full. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'Infinity' : `${MINUS}Infinity`;
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) {
    return signed(grouped.format(value));
  }
  if (size < 1e-4 || size >= 1e7) {
    return signed(value.toExponential(3).replace('e+', 'e'));
  }
  const digits = Number(value.toPrecision(4));
  const places = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(digits))));
  return signed(
    new Intl.NumberFormat('en-US', { minimumFractionDigits: places, maximumFractionDigits: places }).format(digits),
  );
}

/** How many decimals tell steps of `increment` apart. */
function decimalsOf(increment: number): number {
  let places = 0;
  let scaled = Math.abs(increment);
  while (places < 20 && Math.abs(scaled - Math.round(scaled)) > 1e-6 * scaled) {
    scaled *= 10;
    places += 1;
  }
  return places;
}

const SI: [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

function fixed(value: number, places: number): string {
  const text = new Intl.NumberFormat('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
  return signed(text.format(Math.abs(value) < 10 ** -places / 2 ? 0 : value));
}

function exponent(value: number, increment: number): string {
  if (value === 0) {
    return '0';
  }
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const places = Math.min(4, decimalsOf(increment / 10 ** power));
  return signed(value.toExponential(places).replace('e+', 'e'));
}

/** Labels of a linear axis. One notation for all ticks: plain, with an SI suffix, or with an exponent, whichever is needed. */
export function numberTicks(splits: readonly number[], increment: number): string[] {
  const size = Math.max(0, ...splits.map(Math.abs));
  if (size === 0) {
    return splits.map(() => '0');
  }
  if (size < 1e-3 || size >= 1e15) {
    return splits.map(value => exponent(value, increment));
  }
  const unit = size >= 1e4 ? SI.find(([factor]) => size >= factor) : undefined;
  if (unit) {
    const places = decimalsOf(increment / unit[0]);
    if (places <= 2) {
      return splits.map(value => (value === 0 ? '0' : fixed(value / unit[0], places) + unit[1]));
    }
  }
  return splits.map(value => fixed(value, Math.min(12, decimalsOf(increment))));
}

/** Where a logarithmic axis has its ticks: decades, with 2 and 5 between them when few are in view, linear steps below that. */
export function logSplits(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  if (decades < 0.5) {
    const rough = (to - from) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = ([1, 2, 5, 10].find(lead => lead * power >= rough) ?? 10) * power;
    const first = Math.ceil(from / step);
    return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
  }
  const leads = decades < 2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 6));
  const splits: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) {
    for (const lead of leads) {
      const value = lead * 10 ** power;
      if (power % every === 0 && value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) {
        splits.push(value);
      }
    }
  }
  return splits;
}

/** Labels of a logarithmic axis, each in the notation that suits it. */
export function logTicks(splits: readonly number[]): string[] {
  return splits.map(value => {
    const power = Math.floor(Math.log10(value) + 1e-9);
    if (value >= 1e-3 && value < 1e4) {
      return fixed(value, Math.min(6, decimalsOf(Number(value.toPrecision(3)))));
    }
    return signed(`${Number((value / 10 ** power).toPrecision(3))}e${power}`);
  });
}

export const RELATIVE_STEPS = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  ...[1, 2, 5, 10, 15, 30].map(step => step * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(step => step * MINUTE),
  ...[1, 2, 3, 6, 12].map(step => step * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map(step => step * DAY),
];

function unitOf(size: number): [number, string] {
  if (size >= 2 * DAY) {
    return [DAY, 'd'];
  }
  if (size >= 2 * HOUR) {
    return [HOUR, 'h'];
  }
  if (size >= 2 * MINUTE) {
    return [MINUTE, 'min'];
  }
  return size < 1 ? [0.001, 'ms'] : [SECOND, 's'];
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function clock(seconds: number, places: number): string {
  const whole = Math.floor(Math.abs(seconds) + 1e-9);
  const rest = Math.abs(seconds) - whole;
  const hours = Math.floor(whole / HOUR);
  const text = hours
    ? `${hours}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`
    : `${Math.floor(whole / 60)}:${pad(whole % 60)}`;
  const tail = places ? rest.toFixed(places).slice(1) : '';
  return (seconds < 0 ? MINUS : '') + text + tail;
}

/** Labels of an axis in seconds since the start, in the unit that fits what is in view. */
export function relativeTicks(splits: readonly number[], increment: number): string[] {
  const [unit, name] = unitOf(Math.max(0, ...splits.map(Math.abs)));
  const places = decimalsOf(increment / unit);
  if (places > 1) {
    return splits.map(value => clock(value, increment < 1 ? decimalsOf(increment) : 0));
  }
  return splits.map(value => (value === 0 ? '0' : `${fixed(value / unit, places)} ${name}`));
}

/** A time since the start, in full: "1 h 02 min 05 s". */
export function formatDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? MINUS : '';
  if (size < 1) {
    return `${sign}${formatValue(size * 1000)} ms`;
  }
  if (size < MINUTE) {
    return `${sign}${size < 10 ? size.toFixed(2) : size.toFixed(1)} s`;
  }
  const whole = Math.round(size);
  const parts =
    whole < HOUR
      ? `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
      : whole < DAY
        ? `${Math.floor(whole / HOUR)} h ${pad(Math.floor(whole / 60) % 60)} min ${pad(whole % 60)} s`
        : `${Math.floor(whole / DAY)} d ${Math.floor(whole / HOUR) % 24} h ${pad(Math.floor(whole / 60) % 60)} min`;
  return sign + parts;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayOf(date: Date): string {
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** Labels of an axis in unix seconds: local clock times, with the day where it begins. */
export function wallTicks(splits: readonly number[], increment: number): string[] {
  let before = '';
  return splits.map((value, index) => {
    const date = new Date(value * 1000);
    if (increment >= YEAR) {
      return String(date.getFullYear());
    }
    if (increment >= DAY) {
      return index === 0 || date.getMonth() + date.getDate() === 1
        ? `${dayOf(date)} ${date.getFullYear()}`
        : dayOf(date);
    }
    const day = dayOf(date);
    const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    const seconds = increment < MINUTE ? `:${pad(date.getSeconds())}` : '';
    const fraction = increment < 1 ? `.${pad(date.getMilliseconds(), 3)}` : '';
    const changed = before !== '' && day !== before;
    before = day;
    return changed && increment >= MINUTE ? day : time + seconds + fraction;
  });
}

/** A point in local time, in full. */
export function formatWall(seconds: number): string {
  const date = new Date(seconds * 1000);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${dayOf(date)} ${date.getFullYear()}, ${time}`;
}
