import type { ColumnOptions, ValueTransformer } from 'typeorm';

/** Domain instants are epoch ms; the database keeps `timestamptz(3)`, so no cursor loses a microsecond. */
const instantTransformer: ValueTransformer = {
  to: (value: number | null | undefined) => (typeof value === 'number' ? new Date(value) : value),
  from: (value: Date | number | null) => (value instanceof Date ? value.getTime() : value),
};

export const instant = (options: ColumnOptions = {}): ColumnOptions => ({
  type: 'timestamptz',
  precision: 3,
  transformer: instantTransformer,
  ...options,
});

export const optionalInstant = (options: ColumnOptions = {}): ColumnOptions =>
  instant({ nullable: true, ...options });

export const text = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'text', ...options });

export const optionalText = (options: ColumnOptions = {}): ColumnOptions => ({
  type: 'text',
  nullable: true,
  ...options,
});

export const json = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'jsonb', ...options });

export const optionalJson = (options: ColumnOptions = {}): ColumnOptions => ({
  type: 'jsonb',
  nullable: true,
  ...options,
});
