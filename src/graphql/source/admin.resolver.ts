import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/record.js';
import { changedSettings, recordingSettings } from '../../domain/recording.js';
import type { SourceRow } from '../../storage/read-model.js';
import type { NewSource } from '../../storage/source-store.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { localId } from '../node.js';
import { CreateApiKeyInput, CreateSourceInput, RevokeApiKeyInput, UpdateSourceInput } from './admin.args.js';
import {
  ApiKeyConnection,
  CreateApiKeyPayload,
  CreateSourcePayload,
  RevokeApiKeyPayload,
  UpdateSourcePayload,
} from './admin.type.js';
import { SourceRecordingSettingsType, SourceType } from './source.type.js';
import { webhookUrl } from './webhook-url.js';

@Resolver(() => SourceType)
export class SourceAdminResolver {
  @Needs('CONFIGURE')
  @Mutation(() => CreateSourcePayload, {
    description: 'Adds a system that reports to us. `Source.webhookUrl` is where it does. Needs CONFIGURE.',
  })
  async createSource(
    @Arg('input', () => CreateSourceInput, { validate: true, description: 'The source.' })
    { reason = null, ...input }: CreateSourceInput,
    @Ctx() { sourceAdmin, frame, viewer }: GraphQLContext,
  ): Promise<CreateSourcePayload> {
    try {
      const by = { actor: actorOf(viewer), reason };
      return {
        source: await sourceAdmin.add(newSource(frame.tenantId, input), by, frame.now),
        userErrors: [],
      };
    } catch (error) {
      return { source: null, userErrors: [userErrorOf(error, 'name')] };
    }
  }

  @Needs('CONFIGURE')
  @Mutation(() => UpdateSourcePayload, {
    description:
      'Changes a source. What has been read of it stays as it is; what comes is read anew. Needs CONFIGURE.',
  })
  async updateSource(
    @Arg('input', () => UpdateSourceInput, { validate: true, description: 'The change.' })
    { sourceId, reason = null, role, timeZone, secret, recordings }: UpdateSourceInput,
    @Ctx() { sourceAdmin, frame, viewer }: GraphQLContext,
  ): Promise<UpdateSourcePayload> {
    const id = localId('Source', sourceId);
    const change = {
      role: role ?? undefined,
      timeZone: timeZone ?? undefined,
      secret,
      recordings: recordings ?? undefined,
    };
    const by = { actor: actorOf(viewer), reason };
    try {
      if (id === null) throw new NotFound('source');
      return { source: await sourceAdmin.change(frame.tenantId, id, change, by, frame.now), userErrors: [] };
    } catch (error) {
      return { source: null, userErrors: [userErrorOf(error, 'sourceId')] };
    }
  }

  @Needs('CONFIGURE')
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Where its records are sent to. Needs CONFIGURE.',
  })
  webhookUrl(@Root() { name, tenantId }: SourceRow, @Ctx() { publicUrl }: GraphQLContext) {
    return webhookUrl(publicUrl(), name, tenantId);
  }

  @Needs('CONFIGURE')
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'True when a secret proves its deliveries; the secret is never shown. Needs CONFIGURE.',
  })
  hasSecret(@Root() { hasSecret }: SourceRow) {
    return hasSecret;
  }

  @Needs('CONFIGURE')
  @FieldResolver(() => SourceRecordingSettingsType, {
    nullable: true,
    description: 'How its recordings are treated. Needs CONFIGURE.',
  })
  recordingSettings(@Root() { provider, settings }: SourceRow): SourceRecordingSettingsType {
    const { mode, hosts, trustedHosts, apiUrl, keepDays, user, password, token } = recordingSettings(
      provider,
      settings,
    );
    const hasCredentials = [user, password, token].some((one) => one !== null);
    return { mode, hosts, trustedHosts, apiUrl, keepDays, hasCredentials };
  }
}

function newSource(
  tenantId: string,
  { name, provider, role, secret = null, timeZone, recordings }: Omit<CreateSourceInput, 'reason'>,
): NewSource {
  const settings: JsonObject =
    recordings == null ? {} : { recordings: changedSettings({}, { ...recordings }) };
  return { tenantId, name, provider, role, secret, timeZone, settings };
}

@Resolver()
export class ApiKeyResolver {
  @Needs('CONFIGURE')
  @Query(() => ApiKeyConnection, {
    description: 'All API keys, revoked and expired ones too, the latest first. Needs CONFIGURE.',
  })
  async apiKeys(@Args(() => ForwardArgs) page: ForwardArgs, @Ctx() { readers, frame }: GraphQLContext) {
    return connection(await readers.keys.page(frame, page));
  }

  @Needs('CONFIGURE')
  @Mutation(() => CreateApiKeyPayload, {
    description: 'Makes an API key of this tenant. The answer alone shows it. Needs CONFIGURE.',
  })
  async createApiKey(
    @Arg('input', () => CreateApiKeyInput, { validate: true, description: 'The key.' })
    { name, role, expiresAt = null, reason = null }: CreateApiKeyInput,
    @Ctx() { keyAdmin, readers, frame, viewer }: GraphQLContext,
  ): Promise<CreateApiKeyPayload> {
    const { tenantId, now } = frame;
    const by = { actor: actorOf(viewer), reason };
    try {
      const { id, key } = await keyAdmin.create({ tenantId, name, role, expiresAt }, by, now);
      return { apiKey: await readers.keys.byId(tenantId, id), key, userErrors: [] };
    } catch (error) {
      return { apiKey: null, key: null, userErrors: [userErrorOf(error, 'name')] };
    }
  }

  @Needs('CONFIGURE')
  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Revokes an API key: within seconds it opens nothing, and within a minute what it opened is closed. The ' +
      'command line makes a new one when no key is left. Needs CONFIGURE.',
  })
  async revokeApiKey(
    @Arg('input', () => RevokeApiKeyInput, { validate: true, description: 'Which key.' })
    { id, reason = null }: RevokeApiKeyInput,
    @Ctx() { keyAdmin, readers, frame, viewer }: GraphQLContext,
  ): Promise<RevokeApiKeyPayload> {
    try {
      await keyAdmin.revoke(frame.tenantId, id, { actor: actorOf(viewer), reason }, frame.now);
      return { apiKey: await readers.keys.byId(frame.tenantId, id), userErrors: [] };
    } catch (error) {
      return { apiKey: null, userErrors: [userErrorOf(error, 'id')] };
    }
  }
}
