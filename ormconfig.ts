import { createDataSource } from './src/storage/data-source.js';

/** For the TypeORM command line: `typeorm migration:generate --check -d dist/ormconfig.js`. */
export default createDataSource(process.env.DATABASE_URL ?? 'postgres://localhost/throughline', {
  migrations: true,
});

export { createDataSource };
