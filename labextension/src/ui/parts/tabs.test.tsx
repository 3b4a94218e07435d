import { cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { useEffect } from 'preact/hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Tabs } from './tabs';

let made: string[] = [];

function Content({ name }: { name: string }) {
  useEffect(() => void made.push(name), [name]);
  return <p>About {name}</p>;
}

beforeEach(() => {
  made = [];
  const names = ['Execution', 'Console', 'Scalars'];
  const tabs = names.map(name => ({ name, render: () => <Content name={name} /> }));
  render(<Tabs label="Experiment" tabs={tabs} first="Console" />);
});

afterEach(cleanup);

const tab = (name: string) => screen.getByRole('tab', { name });
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });

describe('Tabs', () => {
  it('shows the first panel, named by its tab, and makes no other', () => {
    expect(screen.getByRole('tabpanel', { name: 'Console' }).textContent).toBe('About Console');
    expect(made).toEqual(['Console']);
  });

  it('moves with arrows, Home and End, around the ends', () => {
    tab('Console').focus();
    for (const [key, name] of [
      ['ArrowRight', 'Scalars'],
      ['ArrowRight', 'Execution'],
      ['ArrowLeft', 'Scalars'],
      ['Home', 'Execution'],
      ['End', 'Scalars'],
    ] as const) {
      press(key);
      expect(document.activeElement).toBe(tab(name));
      expect(tab(name).getAttribute('aria-selected')).toBe('true');
    }
  });

  it('is left and entered by one press of Tab', () => {
    const stops = screen.getAllByRole('tab').map(element => element.tabIndex);
    expect(stops).toEqual([-1, 0, -1]);
  });

  it('keeps a panel that was left', () => {
    fireEvent.click(tab('Scalars'));
    const left = document.getElementById(tab('Console').getAttribute('aria-controls') ?? '');
    expect(left?.hidden).toBe(true);
    fireEvent.click(tab('Console'));
    expect(left?.hidden).toBe(false);
    expect(made).toEqual(['Console', 'Scalars']);
  });
});
