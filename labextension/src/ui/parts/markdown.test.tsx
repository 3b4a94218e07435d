import { render } from '@testing-library/preact';
import { expect, it } from 'vitest';
import { Markdown } from './markdown';

function shown(text: string): string {
  return render(<Markdown text={text} />).container.firstElementChild?.innerHTML ?? '';
}

it('draws the common marks', () => {
  expect(shown('# A *b*\n\nfirst **bold** `x < 1`\n\n- one\n- [two](https://a.example/)')).toBe(
    '<h3>A <em>b</em></h3><p>first <strong>bold</strong> <code>x &lt; 1</code></p>' +
      '<ul><li>one</li><li><a href="https://a.example/" target="_blank" rel="noopener noreferrer">two</a></li></ul>',
  );
  expect(shown('```\n*a*\n```\n> b\n\n1. c')).toBe(
    '<pre class="tk-code">*a*</pre><blockquote><p>b</p></blockquote><ol><li>c</li></ol>',
  );
});

it('never makes HTML of what was written, nor links that do something', () => {
  expect(shown('<img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](data:text/html,x)')).not.toMatch(/<img|<a /);
  expect(shown('snake_case_name and 2 * 3 * 4')).toBe('<p>snake_case_name and 2 * 3 * 4</p>');
});

it('ends with any text', () => {
  for (const text of ['```', '**', '> '.repeat(30), '[](', '*'.repeat(2_000), '- \n-', '`'.repeat(500)]) {
    expect(shown(text)).toBeTypeOf('string');
  }
});
