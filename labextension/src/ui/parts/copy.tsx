// A button that copies a text, and says that it did.

import { useSignal } from '@preact/signals';
import { Check, Copy } from 'lucide';
import { useEffect } from 'preact/hooks';
import { Button } from './icon';

const SAID_MS = 1_500;

interface CopyButtonProps {
  text: string | (() => string | Promise<string>);
  label?: string;
}

export function CopyButton({ text, label = 'Copy' }: CopyButtonProps) {
  const done = useSignal(false);
  useEffect(() => {
    if (!done.value) {
      return;
    }
    const timer = setTimeout(() => {
      done.value = false;
    }, SAID_MS);
    return () => clearTimeout(timer);
  }, [done.value]);
  const copy = async (event: MouseEvent) => {
    event.stopPropagation();
    await copyText(typeof text === 'string' ? text : await text());
    done.value = true;
  };
  return (
    <>
      <Button label={label} icon={done.value ? Check : Copy} onClick={copy} class={done.value ? 'tk-done' : ''} />
      <span class="tk-spoken" role="status">
        {done.value ? 'Copied' : ''}
      </span>
    </>
  );
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
}

/** The clipboard interface exists only on secure pages; a Jupyter server on plain HTTP is not one. */
function copyBySelection(text: string): void {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'tk-offscreen';
  const home = document.activeElement?.closest('dialog') ?? document.body;
  const before = document.activeElement;
  home.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) {
    before.focus();
  }
}
