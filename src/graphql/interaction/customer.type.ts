import { Field, Int, ObjectType } from 'type-graphql';
import type { Channel } from '../../domain/words.js';
import { ChannelEnum } from '../enums.js';

@ObjectType('Customer', {
  description:
    'A customer, as the sources know them. All spellings of a number are one customer, and so are contacts under one id ' +
    'that a system gives the customer (keys of scope CUSTOMER).',
  simpleResolvers: true,
})
export class CustomerType {
  @Field(() => String, {
    nullable: true,
    description: 'Phone number, email or contact id, as the source wrote it.',
  })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'Name, when a source knows it.' })
  displayName!: string | null;
}

@ObjectType('ChannelCount', { description: 'How often a channel was used.', simpleResolvers: true })
export class ChannelCountType {
  @Field(() => ChannelEnum, { description: 'The channel.' })
  channel!: Channel;

  @Field(() => Int, { description: 'How many interactions.' })
  count!: number;
}
