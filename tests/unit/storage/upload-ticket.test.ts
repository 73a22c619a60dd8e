import { describe, expect, it } from 'vitest';
import { rawKeyFor } from '../../../lib/names.ts';
import { readTicket, ticketId } from '../../../lib/storage/upload-ticket.ts';

const TICKET = {
  key: 'wine/数据 1.csv',
  sizeBytes: 5 * 1024 ** 3,
  issuedSeconds: 1_796_000_000,
  nonce: `${'A'.repeat(21)}-`,
};

describe('the id of a ticket', () => {
  it.each([TICKET, { ...TICKET, key: 'wine/schema.json', sizeBytes: 0 }])('says all of it: %o', (ticket) => {
    const id = ticketId(ticket);
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,700}$/);
    expect(readTicket('wine', id)).toEqual(ticket);
  });

  it('is at most as long as the API says, whatever the name', () => {
    const model = 'm'.repeat(63);
    const key = rawKeyFor(model, `${'𝒳'.repeat(110)}.csv.parquet`);
    const id = ticketId({ ...TICKET, key });
    expect(id.length).toBeLessThanOrEqual(700);
    expect(readTicket(model, id)?.key).toBe(key);
  });

  it('says nothing to another model', () => {
    expect(readTicket('default', ticketId(TICKET))).toBeUndefined();
    expect(readTicket('win', ticketId(TICKET))).toBeUndefined();
  });

  it.each([
    ['another model', 'beer/x.csv'],
    ['a folder in a folder', 'wine/a/x.csv'],
    ['a name that is no table', 'wine/x.exe'],
    ['a name that would be another', 'wine/a?.csv'],
    ['the root', 'x.csv'],
  ])('is none with a key of %s', (_, key) => {
    expect(readTicket('wine', ticketId({ ...TICKET, key }))).toBeUndefined();
  });

  it.each(['', 'x', '0'.repeat(64), `${ticketId(TICKET)}=`, `${ticketId(TICKET)} `, 'e30'])(
    'is not %j',
    (id) => {
      expect(readTicket('wine', id)).toBeUndefined();
    },
  );
});
