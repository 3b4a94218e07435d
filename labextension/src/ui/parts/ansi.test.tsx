import { cleanup, render } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { Ansi, plain, settled } from './ansi';

const ESC = '\u001b';

afterEach(cleanup);

describe('Ansi', () => {
  it('colours what the program coloured, and shows markup as text', () => {
    const { container } = render(<Ansi text={`a ${ESC}[31mred <b>${ESC}[0m`} query="" />);
    expect(container.textContent).toBe('a red <b>');
    expect(container.querySelector('.tk-ansi-red')?.textContent).toBe('red <b>');
    expect(container.querySelector('b')).toBeNull();
  });

  it('knows the colours of terminals with 256 and with all', () => {
    const { container } = render(<Ansi text={`${ESC}[38;5;196mx${ESC}[38;2;1;2;3my`} query="" />);
    const colors = [...container.querySelectorAll('span')].map(span => span.style.color);
    expect(colors).toEqual(['rgb(255, 0, 0)', 'rgb(1, 2, 3)']);
  });

  it('marks every match', () => {
    const { container } = render(<Ansi text="Loss and loss" query="loss" />);
    expect([...container.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual(['Loss', 'loss']);
    expect(container.textContent).toBe('Loss and loss');
  });
});

it('settles a progress bar to its last state', () => {
  expect(settled(' 10%\r 50%\r100%\n')).toBe('100%');
  expect(settled('a\nb')).toBe('a\nb');
});

it('drops what steers a terminal', () => {
  expect(plain(`${ESC}[2K${ESC}[1A${ESC}[32mok${ESC}[0m`)).toBe('ok');
});
