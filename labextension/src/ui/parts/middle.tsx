// A name in one line, cut in the middle when there is no room: its end tells most.

/** This many characters at the end stay visible. */
const TAIL = 10;

export function Middle({ text, class: name = '' }: { text: string; class?: string }) {
  if (text.length <= 2 * TAIL) {
    return (
      <span class={`tk-cut ${name}`} title={text}>
        {text}
      </span>
    );
  }
  const cut = text.length - TAIL;
  return (
    <span class={`tk-middle ${name}`} title={text}>
      <span class="tk-middle-head">{text.slice(0, cut)}</span>
      <span class="tk-middle-tail">{text.slice(cut)}</span>
    </span>
  );
}
