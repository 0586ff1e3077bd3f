import { Field, ID, ObjectType } from 'type-graphql';
import type { Permission } from '../../domain/permissions.js';
import type { ApiRole, Instant } from '../../domain/words.js';
import { ApiRoleEnum, PermissionEnum } from '../enums.js';
import { DateTime } from '../scalars.js';

@ObjectType('Tenant', { description: 'The company whose data this is.', simpleResolvers: true })
export class TenantType {
  @Field(() => ID, { description: 'Its uuid; part of the address that native webhooks are sent to.' })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'IANA zone in which "today" is meant.' })
  timeZone!: string;

  @Field(() => String, { description: 'ISO country of numbers written without one.' })
  defaultCountry!: string;
}

@ObjectType('Viewer', { description: 'Who is asking.', simpleResolvers: true })
export class ViewerType {
  @Field(() => TenantType, { description: 'The company that the credential belongs to.' })
  tenant!: TenantType;

  @Field(() => ApiRoleEnum, { description: 'The role of the credential.' })
  role!: ApiRole;

  @Field(() => [PermissionEnum], { description: 'What the role may do.' })
  permissions!: Permission[];

  @Field(() => String, { description: 'Names the credential, never its secret.' })
  keyId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When the credential expires; null: it does not.' })
  expiresAt!: Instant | null;
}
