import { describe, expect, it } from 'vitest';
import { hashOf, locationOf } from '../../../../../functions/console/page/location.ts';

describe('addresses of views', () => {
  it('hold any name', () => {
    const hash = hashOf(['models', 'a/b ?#%', 'predict'], { version: '3&4' });
    const { path, query } = locationOf(hash);
    expect(path).toEqual(['models', 'a/b ?#%', 'predict']);
    expect(query.get('version')).toBe('3&4');
  });

  it('are read as typed where they are not well-formed', () => {
    expect(locationOf('').path).toEqual([]);
    expect(locationOf('#/models/100%').path).toEqual(['models', '100%']);
  });
});
