import { useState } from 'preact/hooks';
import type { ApiFault } from '../api/fault.ts';
import { faultOf, useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Announce } from '../parts/announce.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import type { Contract } from '../upload/contract-edits.ts';
import { contractInForce } from '../upload/preview.ts';
import { Progress } from '../upload/progress.tsx';
import { sendContract } from '../upload/send-file.ts';
import { goTo } from '../use-location.ts';

/** An earlier upload with its report. A refused file is mended by schema.json, which has it read again. */
export function OneUpload({ model, id }: { model: string; id: string }) {
  const { data, fault, reload } = useResource(`contract ${model}`, (signal) =>
    contractInForce(model, signal),
  );
  const [isSending, wait] = useState(false);
  const [refused, refuse] = useState<ApiFault | null>(null);
  const fix = async (next: Contract) => {
    wait(true);
    refuse(null);
    try {
      const applied = await sendContract(model, next);
      goTo(hashOf(['models', model, 'uploads'], { id: applied.read_again ?? applied.id }));
    } catch (error) {
      refuse(faultOf(error));
    }
    wait(false);
  };
  return (
    <>
      <p>
        <a href={hashOf(['models', model, 'uploads'])}>All uploads</a>
      </p>
      {isSending && <Announce>Sending your change as schema.json</Announce>}
      {refused && <Fault fault={refused} />}
      {fault && data === undefined && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="the upload" />}
      {data && <Progress key={id} model={model} id={id} contract={data.contract} onFix={fix} />}
    </>
  );
}
