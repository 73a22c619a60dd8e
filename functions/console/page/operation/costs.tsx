import type { CostAnswer } from '../../../../lib/http/schemas/operation.ts';
import { getJson } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { Figures } from '../parts/figures.tsx';
import { Table } from '../parts/table.tsx';
import { date, money, short } from '../words.ts';
import { Panel } from './panel.tsx';

/** What this month's use has cost so far, and what that leaves out. */
export function Costs() {
  const costs = useResource('costs', (signal) => getJson<CostAnswer>('costs', signal));
  return (
    <Panel title="Cost so far this month" resource={costs}>
      {({ total, from, lines, left_out }) => (
        <>
          <Figures
            figures={[{ name: `Use since ${date(from)}`, value: money(total), note: 'computed, not billed' }]}
          />
          <p class="soft small">
            Calls and their time as Lambda counted them, at the list prices of us-east-1 and without the free
            tier; on a laptop, what the same would cost on AWS. Not in it: {left_out.join('; ')}.
          </p>
          {lines.length > 0 && (
            <Table
              caption="What the cost is made of"
              rows={lines.toSorted((a, b) => b.amount - a.amount)}
              keyOf={({ what }) => what}
              shownRows={5}
              columns={[
                { head: 'What', cell: ({ what }) => what },
                { head: 'Cost', isNumber: true, cell: ({ amount }) => money(amount) },
                { head: 'Used', cell: ({ units, unit }) => `${short(units)} × ${unit}` },
              ]}
            />
          )}
        </>
      )}
    </Panel>
  );
}
