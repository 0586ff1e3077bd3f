import { Ctx, Query, Resolver } from 'type-graphql';
import { permissionsOf } from '../../domain/permissions.js';
import type { GraphQLContext } from '../context.js';
import { ViewerType } from './viewer.type.js';

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerType, { description: 'Who is asking: tenant, role and permissions.' })
  viewer(@Ctx() { viewer }: GraphQLContext): ViewerType {
    const { tenantId: id, tenantName: name, timeZone, defaultCountry, role, keyId, expiresAt } = viewer;
    const tenant = { id, name, timeZone, defaultCountry };
    return { tenant, role, permissions: permissionsOf(role), keyId, expiresAt };
  }
}
