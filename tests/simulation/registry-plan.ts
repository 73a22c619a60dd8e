import fc from 'fast-check';

/** One upload of a data set, in upload order. */
export interface PlannedUpload {
  /** The data set in it: equal data gives one artifact. The last data set has different features. */
  readonly data: number;
  /** The gate that judges it: equal data under another gate is another version of the same artifact. */
  readonly gate: number;
  readonly passes: boolean;
  /** Whether its contract asks that a person promotes. */
  readonly waits: boolean;
  /** Sequencers order the uploads of one key; the day orders uploads of different keys. */
  readonly key: 'a.csv' | 'b.csv';
  /** How often its event is delivered during the concurrent part. */
  readonly deliveries: number;
}

/** A person's request, sent once or twice. */
export interface PlannedRequest {
  readonly kind: 'promote' | 'retire' | 'alias' | 'unalias';
  /** The version, counted back from the newest at that time. */
  readonly back: number;
  readonly times: number;
}

/** The properties of a schedule. The order of its calls and their fates depend on `draw`. */
export interface RegistryPlan {
  readonly draw: number;
  readonly uploads: readonly PlannedUpload[];
  /** This many uploads are trained one by one and without faults before the rest begins. */
  readonly past: number;
  /** Versions that a person retires after that, if possible. */
  readonly pastRetirements: readonly number[];
  readonly requests: readonly PlannedRequest[];
  readonly retentions: number;
  readonly policy: { readonly versions: number; readonly champions: number; readonly days: number };
  readonly graceHours: number;
  /** How far the clock moves with each call. */
  readonly minutesPerStep: number;
  readonly concurrency: number;
  readonly faultShare: number;
  readonly sdkRetries: number;
}

export const DATA_SETS = 3;
export const GATES = 2;

const upload = (data: fc.Arbitrary<number>): fc.Arbitrary<PlannedUpload> =>
  fc.record({
    data,
    gate: fc.nat(GATES - 1),
    passes: fc.boolean().chain((bad) => (bad ? fc.boolean() : fc.constant(true))),
    waits: fc.nat(3).map((one) => one === 0),
    key: fc.constantFrom('a.csv', 'b.csv'),
    deliveries: fc.integer({ min: 1, max: 2 }),
  });

const common = {
  draw: fc.noShrink(fc.noBias(fc.nat(0x7fffffff))),
  graceHours: fc.constantFrom(0, 24),
  concurrency: fc.constantFrom(2, 4, 16),
  faultShare: fc.constantFrom(0, 0.03, 0.1, 0.25),
  sdkRetries: fc.constantFrom(0, 0, 1),
};

/** Any combination of activities. */
const wide: fc.Arbitrary<RegistryPlan> = fc.record({
  ...common,
  uploads: fc.array(upload(fc.nat(DATA_SETS - 1)), { minLength: 1, maxLength: 4 }),
  past: fc.nat(2),
  pastRetirements: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 1 }),
  requests: fc.array(
    fc.record<PlannedRequest>({
      kind: fc.constantFrom('promote', 'promote', 'retire', 'alias', 'unalias'),
      back: fc.nat(2),
      times: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 2 },
  ),
  retentions: fc.nat(2),
  policy: fc.record({
    versions: fc.integer({ min: 1, max: 2 }),
    champions: fc.integer({ min: 1, max: 2 }),
    days: fc.constantFrom(0, 1),
  }),
  minutesPerStep: fc.constantFrom(1, 30, 180),
});

/**
 * Retention during a training that needs the bytes that are about to be deleted. By chance the two would
 * rarely meet.
 */
const contested: fc.Arbitrary<RegistryPlan> = fc
  .record({
    ...common,
    faultShare: fc.constantFrom(0, 0, 0.1),
    retentions: fc.integer({ min: 1, max: 2 }),
    isAskedFor: fc.boolean(),
  })
  .map(({ isAskedFor, ...rest }) => {
    const first = { data: 0, gate: 0, passes: true, waits: false, key: 'a.csv', deliveries: 1 } as const;
    return {
      ...rest,
      uploads: [first, { ...first, data: 1 }, { ...first, gate: 1 }],
      past: 2,
      pastRetirements: [1],
      requests: isAskedFor ? [{ kind: 'promote', back: 0, times: 1 } as const] : [],
      policy: { versions: 2, champions: 2, days: 1 },
      graceHours: 0,
      minutesPerStep: 30,
    };
  });

/** Several people who know the same state and want different things, over an unreliable network. */
const disputed: fc.Arbitrary<RegistryPlan> = fc
  .record({
    ...common,
    faultShare: fc.constantFrom(0.1, 0.25),
    deliveries: fc.nat(1),
    requests: fc.array(
      fc.record<PlannedRequest>({
        kind: fc.constantFrom('promote', 'promote', 'retire', 'alias'),
        back: fc.integer({ min: 1, max: 2 }),
        times: fc.integer({ min: 1, max: 2 }),
      }),
      { minLength: 2, maxLength: 3 },
    ),
  })
  .map(({ deliveries, ...rest }) => ({
    ...rest,
    uploads: [0, 1, 0].map((data, i) => {
      const gate = i === 2 ? 1 : 0;
      const each = { data, gate, passes: true, waits: false, key: 'a.csv' } as const;
      return { ...each, deliveries: i === 2 ? deliveries : 0 };
    }),
    past: 3,
    pastRetirements: [],
    retentions: 0,
    policy: { versions: 2, champions: 1, days: 1 },
    minutesPerStep: 30,
  }));

export const registryPlan: fc.Arbitrary<RegistryPlan> = fc.oneof(
  { arbitrary: wide, weight: 3 },
  { arbitrary: contested, weight: 1 },
  { arbitrary: disputed, weight: 1 },
);
