import { MigrationInterface, QueryRunner } from 'typeorm';

export class Initial1795263801809 implements MigrationInterface {
  name = 'Initial1795263801809';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "timeline_analysis" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "interaction_id" uuid NOT NULL,
                "merged_from" uuid,
                "revision" integer,
                "status" text NOT NULL,
                "failure" text,
                "result" jsonb,
                "overall_status" text,
                "analyst" text,
                "model" text,
                "requested_by" text,
                "attempt" integer NOT NULL,
                "trusted_until" TIMESTAMP(3) WITH TIME ZONE,
                "deadline_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_700ce4ae161a8a725a20554514f" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "timeline_analysis_stalled" ON "timeline_analysis" ("trusted_until")
            WHERE status = 'PROGRESSING'
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "timeline_analysis_one_running" ON "timeline_analysis" ("tenant_id", "interaction_id")
            WHERE status = 'PROGRESSING'
        `);
    await queryRunner.query(`
            CREATE INDEX "timeline_analysis_by_verdict" ON "timeline_analysis" (
                "tenant_id",
                "overall_status",
                "created_at",
                "id"
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "timeline_analysis_by_status" ON "timeline_analysis" ("tenant_id", "status", "created_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "timeline_analysis_by_interaction" ON "timeline_analysis" (
                "tenant_id",
                "interaction_id",
                "created_at",
                "id"
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "timeline_analysis_by_creation" ON "timeline_analysis" ("tenant_id", "created_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "analysis_due" (
                "tenant_id" uuid NOT NULL,
                "interaction_id" uuid NOT NULL,
                "due_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_06e7be77909be4b6c581c49469d" PRIMARY KEY ("tenant_id", "interaction_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "analysis_due_by_time" ON "analysis_due" ("due_at")
        `);
    await queryRunner.query(`
            CREATE TABLE "audit_entry" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "actor" text NOT NULL,
                "actor_role" text NOT NULL,
                "action" text NOT NULL,
                "subject_id" uuid,
                "reason" text,
                "batch_id" uuid,
                "undoes" uuid,
                "detail" jsonb NOT NULL DEFAULT '{}',
                CONSTRAINT "PK_32062de2305f210f80cd35c786c" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "audit_entry_once_undone" ON "audit_entry" ("tenant_id", "undoes")
            WHERE undoes is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "audit_entry_by_batch" ON "audit_entry" ("tenant_id", "batch_id")
            WHERE batch_id is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "audit_entry_by_subject" ON "audit_entry" ("tenant_id", "subject_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "audit_entry_by_time" ON "audit_entry" ("tenant_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "leg_verdict" (
                "tenant_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "other_leg_id" uuid NOT NULL,
                "audit_id" uuid NOT NULL,
                "verdict" text NOT NULL,
                CONSTRAINT "PK_1abb905a804b13103732dd046af" PRIMARY KEY (
                    "tenant_id",
                    "leg_id",
                    "other_leg_id",
                    "audit_id"
                )
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_verdict_by_other" ON "leg_verdict" ("tenant_id", "other_leg_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "orphan" (
                "tenant_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "source_id" uuid NOT NULL,
                "role" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "answered_at" TIMESTAMP(3) WITH TIME ZONE,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "ended_at" TIMESTAMP(3) WITH TIME ZONE,
                "customer_e164" text,
                "customer_tail" text,
                "customer_withheld" boolean NOT NULL,
                "did" text,
                "direction" text,
                "campaign" text,
                "is_test" boolean NOT NULL,
                "bridges" jsonb NOT NULL DEFAULT '[]',
                "contacts" jsonb NOT NULL DEFAULT '[]',
                "is_hot" boolean NOT NULL DEFAULT false,
                "check_at" TIMESTAMP(3) WITH TIME ZONE,
                CONSTRAINT "PK_827aa2dbe95f690a9891617c3fb" PRIMARY KEY ("tenant_id", "leg_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "orphan_due" ON "orphan" ("check_at")
            WHERE check_at is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "orphan_by_did" ON "orphan" ("tenant_id", "role", "did", "at")
        `);
    await queryRunner.query(`
            CREATE INDEX "orphan_by_customer" ON "orphan" ("tenant_id", "role", "customer_tail", "at")
        `);
    await queryRunner.query(`
            CREATE TABLE "leg_pair" (
                "tenant_id" uuid NOT NULL,
                "dialer_leg_id" uuid NOT NULL,
                "assistant_leg_id" uuid NOT NULL,
                "is_linked" boolean NOT NULL,
                "points" integer NOT NULL,
                "margin" integer,
                "features" jsonb NOT NULL,
                "rivals" jsonb NOT NULL,
                "obstacles" jsonb NOT NULL,
                "rules_version" integer NOT NULL,
                "decided_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_4bae9af5653ecf5d041242642ec" PRIMARY KEY ("tenant_id", "dialer_leg_id", "assistant_leg_id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_pair_waiting" ON "leg_pair" ("tenant_id")
            WHERE obstacles @> '["WATERMARK_BEHIND"]'
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_pair_by_assistant" ON "leg_pair" ("tenant_id", "assistant_leg_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "resolution" (
                "tenant_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "audit_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "note" text,
                "by" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_1ff3e05faacf311c8e258c16908" PRIMARY KEY ("tenant_id", "leg_id", "audit_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "call" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "sorted_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "last_received_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "customer_spoke" boolean,
                "duration_ms" bigint,
                "channel" text,
                "status" text NOT NULL,
                "status_raw" text,
                "is_test" boolean NOT NULL,
                "customer_address" text,
                "customer_name" text,
                "did" text,
                "carrier" text,
                "reference" text,
                "campaign" text,
                "flow" text,
                "platform" text,
                "tags" jsonb NOT NULL,
                "disconnected_by" text,
                "disconnected_by_raw" text,
                "end_reason" text,
                "outcome" text,
                "recording" jsonb,
                "cost" jsonb,
                "latency" jsonb,
                "tokens" jsonb,
                "post_call_cache" jsonb,
                "post_call_analysis" jsonb,
                "qc_analysis" jsonb,
                "turns" jsonb NOT NULL,
                "interruptions" jsonb NOT NULL,
                "events" jsonb NOT NULL,
                "service_errors" jsonb NOT NULL,
                "integration_log" jsonb NOT NULL,
                "transfers" jsonb NOT NULL,
                "sentiment" jsonb NOT NULL,
                "review_flags" jsonb NOT NULL,
                "version_conflicts" jsonb NOT NULL,
                "record_count" integer NOT NULL,
                "hand_off_at" TIMESTAMP(3) WITH TIME ZONE,
                "made_of" text,
                "labels" text array NOT NULL DEFAULT '{}',
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_fd09cd5bdea95e4d0b7a13c1ead" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_origin" ON "call" ("tenant_id", "made_of")
            WHERE made_of is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_label" ON "call" USING gin ("labels")
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_duration" ON "call" ("tenant_id", "duration_ms", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_update" ON "call" ("tenant_id", "updated_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_hand_off" ON "call" ("tenant_id", "hand_off_at", "id")
            WHERE hand_off_at is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_status" ON "call" ("tenant_id", "status", "sorted_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "call_by_start" ON "call" ("tenant_id", "sorted_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "transcript_entry" (
                "tenant_id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "id" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "speaker" text,
                "text" text,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "ended_at" TIMESTAMP(3) WITH TIME ZONE,
                "interrupted" boolean,
                "words" tsvector,
                CONSTRAINT "PK_1a66ad927b3c8a7b5ba08cc5f22" PRIMARY KEY ("tenant_id", "call_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "transcript_entry_by_word" ON "transcript_entry" USING gin ("words")
        `);
    await queryRunner.query(`
            CREATE INDEX "transcript_entry_by_time" ON "transcript_entry" ("tenant_id", "call_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "tool_call" (
                "tenant_id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "id" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "name" text,
                "status" text,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "duration_ms" integer,
                "arguments" jsonb,
                "raw_response" jsonb,
                "error" text,
                "post_processor_error" text,
                CONSTRAINT "PK_9b42ef6b9b46d71a6dc7eb6dd02" PRIMARY KEY ("tenant_id", "call_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "tool_call_by_time" ON "tool_call" ("tenant_id", "call_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "knowledge_search" (
                "tenant_id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "id" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "query" text,
                "hit_count" integer,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "latency" jsonb,
                "cache_status" text,
                CONSTRAINT "PK_c5fa4a1cd72c1047bf63157482b" PRIMARY KEY ("tenant_id", "call_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "knowledge_search_by_time" ON "knowledge_search" ("tenant_id", "call_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "change" (
                "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
                "tenant_id" uuid NOT NULL,
                "position" bigint,
                "interaction_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "revision" integer NOT NULL,
                "changed_fields" text array NOT NULL DEFAULT '{}',
                "calls" jsonb NOT NULL DEFAULT '[]',
                "analyses" jsonb NOT NULL DEFAULT '[]',
                "removal_reason" text,
                "merged_into" uuid,
                "cause_kind" text NOT NULL,
                "cause_id" text,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_38168d337b66a2d98e059fe5820" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "change_unsequenced" ON "change" ("id")
            WHERE position is null
        `);
    await queryRunner.query(`
            CREATE INDEX "change_by_interaction" ON "change" ("tenant_id", "interaction_id")
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "change_by_position" ON "change" ("tenant_id", "position")
        `);
    await queryRunner.query(`
            CREATE TABLE "feed_head" (
                "tenant_id" uuid NOT NULL,
                "position" bigint NOT NULL DEFAULT '0',
                "floor" bigint NOT NULL DEFAULT '0',
                CONSTRAINT "PK_fd861fbd9983cb65af3593d01e2" PRIMARY KEY ("tenant_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "monitoring_action" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "state" text NOT NULL,
                "actor" text NOT NULL,
                "actor_role" text NOT NULL,
                "destination" text,
                "previous" text,
                "reason" text,
                "requested_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "sent_at" TIMESTAMP(3) WITH TIME ZONE,
                "settled_at" TIMESTAMP(3) WITH TIME ZONE,
                "listened_at" TIMESTAMP(3) WITH TIME ZONE,
                "revision" integer NOT NULL DEFAULT '1',
                "touched_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_646d2c32cf0aedea40028fa6546" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "monitoring_action_one_under_way" ON "monitoring_action" ("tenant_id", "call_id")
            WHERE state in ('REQUESTED', 'ACCEPTED')
                and kind not in ('LISTEN_IN', 'COACH')
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_unsettled" ON "monitoring_action" ("requested_at")
            WHERE state in ('REQUESTED', 'ACCEPTED')
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_touched" ON "monitoring_action" ("tenant_id", "touched_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_by_state" ON "monitoring_action" ("tenant_id", "state", "requested_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_by_kind" ON "monitoring_action" ("tenant_id", "kind", "requested_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_by_call" ON "monitoring_action" ("tenant_id", "call_id", "requested_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_action_by_time" ON "monitoring_action" ("tenant_id", "requested_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "monitoring_step" (
                "tenant_id" uuid NOT NULL,
                "action_id" uuid NOT NULL,
                "step" text NOT NULL,
                "call_id" uuid NOT NULL,
                "sent_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "sealed" text,
                CONSTRAINT "PK_fc5eed6dc0dd606516b4be64a5d" PRIMARY KEY ("tenant_id", "action_id", "step")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "monitoring_step_by_call" ON "monitoring_step" ("tenant_id", "call_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "coaching_note" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "author" text NOT NULL,
                "text" text NOT NULL,
                CONSTRAINT "PK_186fadd45c19e2f28192796ec46" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "coaching_note_by_call" ON "coaching_note" ("tenant_id", "call_id", "at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "call_control" (
                "tenant_id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "sealed" text NOT NULL,
                CONSTRAINT "PK_00d903697ceb7410f97432d8ce1" PRIMARY KEY ("tenant_id", "call_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "funnel_delta" (
                "channel" text NOT NULL,
                "direction" text,
                "campaign" text,
                "flow" text,
                "source_ids" uuid array NOT NULL,
                "status" text NOT NULL,
                "drop_stage" text,
                "is_provisional" boolean NOT NULL,
                "is_test" boolean NOT NULL,
                "stage_marks" integer NOT NULL,
                "is_contained" boolean,
                "count" integer NOT NULL,
                "tenant_id" uuid NOT NULL,
                "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
                "started_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_db20fcdecabdbaa4291e2283f47" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "funnel_cell" (
                "channel" text NOT NULL,
                "direction" text,
                "campaign" text,
                "flow" text,
                "source_ids" uuid array NOT NULL,
                "status" text NOT NULL,
                "drop_stage" text,
                "is_provisional" boolean NOT NULL,
                "is_test" boolean NOT NULL,
                "stage_marks" integer NOT NULL,
                "is_contained" boolean,
                "count" integer NOT NULL,
                "tenant_id" uuid NOT NULL,
                "grain" text NOT NULL,
                "started_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "facts_hash" uuid NOT NULL,
                CONSTRAINT "PK_c377ede8da0044ff1abc51cdc6c" PRIMARY KEY ("tenant_id", "grain", "started_at", "facts_hash")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "funnel_cell_empty" ON "funnel_cell" ("tenant_id")
            WHERE count = 0
        `);
    await queryRunner.query(`
            CREATE TABLE "call_back_check" (
                "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
                "tenant_id" uuid NOT NULL,
                "customer" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_005512964f41fd0ea1b03279c29" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "interaction" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "reference" text,
                "external_ids" text array NOT NULL,
                "source_ids" uuid array NOT NULL,
                "channel" text NOT NULL,
                "direction" text,
                "platform" text,
                "customer_address" text,
                "customer_e164" text,
                "customer_reversed" text COLLATE "C",
                "customer_keys" text array NOT NULL DEFAULT '{}',
                "customer_name" text,
                "did" text,
                "carrier" text,
                "started_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "ended_at" TIMESTAMP(3) WITH TIME ZONE,
                "duration_ms" bigint,
                "last_message_at" TIMESTAMP(3) WITH TIME ZONE,
                "last_activity_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "status" text NOT NULL,
                "drop_stage" text,
                "drop_detail" text,
                "is_provisional" boolean NOT NULL,
                "expected_by" TIMESTAMP(3) WITH TIME ZONE,
                "fault_domain" text,
                "why" jsonb NOT NULL,
                "outcome" text,
                "outcome_reason" text,
                "segments" jsonb NOT NULL,
                "stages" jsonb NOT NULL,
                "stage_marks" integer NOT NULL,
                "called_back_at" TIMESTAMP(3) WITH TIME ZONE,
                "alignment" jsonb NOT NULL,
                "transfers" jsonb NOT NULL,
                "campaign" text,
                "flow" text,
                "functions" text array NOT NULL,
                "tags" jsonb NOT NULL,
                "sentiment" jsonb NOT NULL,
                "review_flags" jsonb NOT NULL,
                "annotations" jsonb NOT NULL DEFAULT '[]',
                "summary" text,
                "cost" jsonb,
                "has_recording" boolean NOT NULL,
                "is_test" boolean NOT NULL,
                "disagreements" jsonb NOT NULL,
                "resolution" jsonb,
                "labels" text array NOT NULL DEFAULT '{}',
                "policy_version" integer NOT NULL,
                "final_at" TIMESTAMP(3) WITH TIME ZONE,
                "late_by_ms" bigint,
                "next_evaluation_at" TIMESTAMP(3) WITH TIME ZONE,
                "deleted_at" TIMESTAMP(3) WITH TIME ZONE,
                "revision" integer NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_844adc4257825b87baa1e4caf9a" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_deleted" ON "interaction" ("tenant_id", "deleted_at", "id")
            WHERE deleted_at is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_due" ON "interaction" ("next_evaluation_at")
            WHERE next_evaluation_at is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_contested" ON "interaction" ("tenant_id", "started_at", "id")
            WHERE disagreements @> '[{"code":"KEY_OVERRULED"}]'
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_provisional" ON "interaction" ("tenant_id", "ended_at")
            WHERE status = 'DROPPED'
                and is_provisional
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_label" ON "interaction" USING gin ("labels")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_reference" ON "interaction" ("tenant_id", "reference")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_customer_digits" ON "interaction" ("tenant_id", "customer_reversed")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_customer" ON "interaction" ("tenant_id", "customer_e164", "started_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_duration" ON "interaction" ("tenant_id", "duration_ms", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_end" ON "interaction" ("tenant_id", "ended_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_update" ON "interaction" ("tenant_id", "updated_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_status" ON "interaction" ("tenant_id", "status", "started_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_by_start" ON "interaction" ("tenant_id", "started_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "interaction_redirect" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "survivor_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "merged_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_a84e91cd140fd70084173773c2d" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_redirect_by_survivor" ON "interaction_redirect" ("tenant_id", "survivor_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "status_change" (
                "tenant_id" uuid NOT NULL,
                "interaction_id" uuid NOT NULL,
                "revision" integer NOT NULL,
                "from_status" text,
                "to_status" text NOT NULL,
                "drop_stage" text,
                "drop_detail" text,
                "is_provisional" boolean NOT NULL DEFAULT false,
                "why" jsonb NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "cause_kind" text NOT NULL,
                "cause_id" text,
                "policy_version" integer NOT NULL,
                CONSTRAINT "PK_c3b6896bfcf47649494582bde11" PRIMARY KEY ("tenant_id", "interaction_id", "revision")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "leg" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "interaction_id" uuid NOT NULL,
                "source_id" uuid NOT NULL,
                "external_id" text NOT NULL,
                "role" text NOT NULL,
                "direction" text,
                "state" text NOT NULL,
                "queued_at" TIMESTAMP(3) WITH TIME ZONE,
                "ring_at" TIMESTAMP(3) WITH TIME ZONE,
                "answered_at" TIMESTAMP(3) WITH TIME ZONE,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "ended_at" TIMESTAMP(3) WITH TIME ZONE,
                "first_event_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "last_event_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "end_presumed" boolean NOT NULL DEFAULT false,
                "attempt_end" text,
                "attempt_end_derived" boolean NOT NULL DEFAULT false,
                "keys" jsonb NOT NULL,
                "ignored_keys" jsonb NOT NULL DEFAULT '[]',
                "link" jsonb NOT NULL,
                "deleted_at" TIMESTAMP(3) WITH TIME ZONE,
                CONSTRAINT "PK_7213f4b31eccd37906826575a2c" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_by_end" ON "leg" ("tenant_id", "source_id", "ended_at")
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_by_external_id" ON "leg" ("tenant_id", "external_id")
        `);
    await queryRunner.query(`
            CREATE INDEX "leg_by_interaction" ON "leg" ("tenant_id", "interaction_id")
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "leg_identity" ON "leg" ("tenant_id", "source_id", "external_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "correlation_key" (
                "tenant_id" uuid NOT NULL,
                "namespace" text NOT NULL,
                "value" text NOT NULL,
                "scope" text NOT NULL,
                "leg_id" uuid NOT NULL,
                "is_written" boolean NOT NULL DEFAULT false,
                "limit_ms" integer NOT NULL DEFAULT '0',
                "began_at" TIMESTAMP(3) WITH TIME ZONE,
                "open_until" TIMESTAMP(3) WITH TIME ZONE,
                "is_overfull" boolean NOT NULL DEFAULT false,
                CONSTRAINT "PK_ea48026ebcbe5dbc65fb65c96c9" PRIMARY KEY (
                    "tenant_id",
                    "namespace",
                    "value",
                    "scope",
                    "leg_id"
                )
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "correlation_key_by_session" ON "correlation_key" ("tenant_id", "namespace", "value", "open_until")
            WHERE limit_ms > 0
        `);
    await queryRunner.query(`
            CREATE INDEX "correlation_key_of_call" ON "correlation_key" ("tenant_id", "namespace", "value", "leg_id")
            WHERE limit_ms = 0
        `);
    await queryRunner.query(`
            CREATE INDEX "correlation_key_by_value" ON "correlation_key" ("tenant_id", "value")
        `);
    await queryRunner.query(`
            CREATE INDEX "correlation_key_by_leg" ON "correlation_key" ("tenant_id", "leg_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "quarantined_key" (
                "tenant_id" uuid NOT NULL,
                "namespace" text NOT NULL,
                "value" text NOT NULL,
                "reach" text NOT NULL,
                "since" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_77fea4f81563c6f8b18a58949b8" PRIMARY KEY ("tenant_id", "namespace", "value")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "mark" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "kind" text NOT NULL,
                "name" text NOT NULL,
                "text" text,
                "is_set" boolean NOT NULL,
                "by" text NOT NULL,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "audit_id" uuid NOT NULL,
                CONSTRAINT "PK_a5d3c47af2ed4cf0c941d41c715" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "mark_by_deed" ON "mark" ("tenant_id", "audit_id")
        `);
    await queryRunner.query(`
            CREATE INDEX "mark_by_name" ON "mark" ("tenant_id", "kind", "name")
            WHERE kind = 'ANNOTATION'
        `);
    await queryRunner.query(`
            CREATE INDEX "mark_by_leg" ON "mark" ("tenant_id", "leg_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "deleted_leg" (
                "tenant_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "deleted_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_bb5bbb14c199c67412a6d61a5ba" PRIMARY KEY ("tenant_id", "leg_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "erasure" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "address_hash" text NOT NULL,
                "state" text NOT NULL,
                "requested_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "requested_by" text NOT NULL,
                "reason" text,
                "completed_at" TIMESTAMP(3) WITH TIME ZONE,
                "address" text,
                "step" text NOT NULL,
                "position" text,
                "interaction_count" integer NOT NULL DEFAULT '0',
                "call_count" integer NOT NULL DEFAULT '0',
                "row_count" bigint NOT NULL DEFAULT '0',
                CONSTRAINT "PK_56bec83e1040b0073ac5cade078" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "erasure_by_time" ON "erasure" ("tenant_id", "requested_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "erasure_by_address" ON "erasure" ("tenant_id", "address_hash")
        `);
    await queryRunner.query(`
            CREATE TABLE "erased_name" (
                "tenant_id" uuid NOT NULL,
                "hash" text NOT NULL,
                "erasure_id" uuid NOT NULL,
                "until" TIMESTAMP(3) WITH TIME ZONE,
                CONSTRAINT "PK_ebc07d1142298c32ae107d9e9c2" PRIMARY KEY ("tenant_id", "hash")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "erased_name_by_erasure" ON "erased_name" ("tenant_id", "erasure_id")
        `);
    await queryRunner.query(`
            CREATE TABLE "trace_policy" (
                "tenant_id" uuid NOT NULL,
                "version" integer NOT NULL,
                "policy" jsonb NOT NULL,
                "changed_by" text NOT NULL,
                "reason" text,
                "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_40466c3049b3265417382da28a7" PRIMARY KEY ("tenant_id", "version")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "source_pair" (
                "tenant_id" uuid NOT NULL,
                "dialer_source_id" uuid NOT NULL,
                "assistant_source_id" uuid NOT NULL,
                "offset_ms" integer,
                "applied_offset_ms" integer,
                "spread_ms" integer,
                "samples" integer NOT NULL,
                "is_stable" boolean NOT NULL,
                "jumped_at" TIMESTAMP(3) WITH TIME ZONE,
                "measured_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "calibration" jsonb,
                CONSTRAINT "PK_b2c4e4f39424dd398e599dec5b1" PRIMARY KEY (
                    "tenant_id",
                    "dialer_source_id",
                    "assistant_source_id"
                )
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "join_health" (
                "tenant_id" uuid NOT NULL,
                "dialer_source_id" uuid NOT NULL,
                "assistant_source_id" uuid NOT NULL,
                "hour" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "calls" integer NOT NULL,
                "key_fill_rate" double precision,
                "match_rate" double precision,
                "orphan_rate" double precision,
                "lag_ms" double precision,
                "clock_offset_ms" double precision,
                "breaches" jsonb NOT NULL,
                "measured_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                CONSTRAINT "PK_ff6fdc27eeb9a973244bfcb3970" PRIMARY KEY (
                    "tenant_id",
                    "dialer_source_id",
                    "assistant_source_id",
                    "hour"
                )
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "recording" (
                "tenant_id" uuid NOT NULL,
                "call_id" uuid NOT NULL,
                "state" text NOT NULL,
                "reason" text,
                "url" text,
                "format" text,
                "started_at" TIMESTAMP(3) WITH TIME ZONE,
                "duration_ms" integer,
                "storage_key" text,
                "content_type" text,
                "bytes" bigint,
                "sha256" text,
                "fetched_at" TIMESTAMP(3) WITH TIME ZONE,
                "expires_at" TIMESTAMP(3) WITH TIME ZONE,
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_1e124515911f0aec06fe8d9ee34" PRIMARY KEY ("tenant_id", "call_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "source_record" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "source_id" uuid NOT NULL,
                "leg_id" uuid NOT NULL,
                "external_id" text NOT NULL,
                "version" text NOT NULL,
                "hash" text NOT NULL,
                "occurred_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "received_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "record" jsonb NOT NULL,
                "payload" jsonb,
                CONSTRAINT "PK_b5f17975a43144a26d7387703e2" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "source_record_payload_by_age" ON "source_record" ("tenant_id", "received_at")
            WHERE payload is not null
        `);
    await queryRunner.query(`
            CREATE INDEX "source_record_by_leg" ON "source_record" ("tenant_id", "leg_id")
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "source_record_identity" ON "source_record" (
                "tenant_id",
                "source_id",
                "external_id",
                "version",
                "hash"
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "rejected_record" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "source_id" uuid NOT NULL,
                "received_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "reason" text NOT NULL,
                "field" text,
                "body" text NOT NULL,
                "replayed_at" TIMESTAMP(3) WITH TIME ZONE,
                CONSTRAINT "PK_dc2475e42a862252b17f54ba136" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "rejected_record_by_time" ON "rejected_record" ("tenant_id", "received_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "tenant" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "time_zone" text NOT NULL DEFAULT 'UTC',
                "default_country" text NOT NULL DEFAULT 'US',
                "link_rules_version" integer NOT NULL DEFAULT '0',
                "erasure_key" uuid NOT NULL DEFAULT gen_random_uuid(),
                "interaction_retention_days" integer,
                "payload_retention_days" integer,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "UQ_56211336b5ff35fd944f2259173" UNIQUE ("name"),
                CONSTRAINT "PK_da8c6efd67bb301e810e56ac139" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "api_key" (
                "tenant_id" uuid NOT NULL,
                "id" text NOT NULL,
                "name" text NOT NULL,
                "role" text NOT NULL,
                "secret_hash" text NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                "expires_at" TIMESTAMP(3) WITH TIME ZONE,
                "last_used_at" TIMESTAMP(3) WITH TIME ZONE,
                "revoked_at" TIMESTAMP(3) WITH TIME ZONE,
                CONSTRAINT "PK_d63104d57aadffab05951dc40be" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "api_key_by_id" ON "api_key" ("id")
        `);
    await queryRunner.query(`
            CREATE TABLE "source" (
                "tenant_id" uuid NOT NULL,
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "provider" text NOT NULL,
                "role" text NOT NULL,
                "secret" text,
                "time_zone" text NOT NULL DEFAULT 'UTC',
                "settings" jsonb NOT NULL DEFAULT '{}',
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                "last_record_at" TIMESTAMP(3) WITH TIME ZONE,
                "last_event_at" TIMESTAMP(3) WITH TIME ZONE,
                "watermark_at" TIMESTAMP(3) WITH TIME ZONE,
                "steady_since" TIMESTAMP(3) WITH TIME ZONE,
                "derived_at" TIMESTAMP(3) WITH TIME ZONE,
                "lag" jsonb,
                CONSTRAINT "PK_b011f98900ef715006390f15f88" PRIMARY KEY ("tenant_id", "id")
            )
        `);
    await queryRunner.query(`
            CREATE UNIQUE INDEX "source_by_name" ON "source" ("tenant_id", "name")
        `);
    await queryRunner.query(`
            CREATE TABLE "instance" (
                "id" uuid NOT NULL,
                "secret" text NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
                CONSTRAINT "PK_eaf60e4a0c399c9935413e06474" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "interaction_version" (
                "tenant_id" uuid NOT NULL,
                "interaction_id" uuid NOT NULL,
                "revision" integer NOT NULL,
                "valid_from" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "valid_to" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT 'infinity',
                "started_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
                "state" jsonb,
                "changed_fields" text array NOT NULL,
                "cause_kind" text NOT NULL,
                "cause_id" text,
                "merged_into" uuid,
                CONSTRAINT "PK_925d34c69de2ee1df44d1150d61" PRIMARY KEY ("tenant_id", "interaction_id", "revision")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_version_by_time" ON "interaction_version" (
                "tenant_id",
                "valid_from",
                "interaction_id",
                "valid_to"
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "interaction_version_by_start" ON "interaction_version" (
                "tenant_id",
                "started_at",
                "interaction_id",
                "valid_from",
                "valid_to"
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP INDEX "public"."interaction_version_by_start"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_version_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "interaction_version"
        `);
    await queryRunner.query(`
            DROP TABLE "instance"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."source_by_name"
        `);
    await queryRunner.query(`
            DROP TABLE "source"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."api_key_by_id"
        `);
    await queryRunner.query(`
            DROP TABLE "api_key"
        `);
    await queryRunner.query(`
            DROP TABLE "tenant"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."rejected_record_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "rejected_record"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."source_record_identity"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."source_record_by_leg"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."source_record_payload_by_age"
        `);
    await queryRunner.query(`
            DROP TABLE "source_record"
        `);
    await queryRunner.query(`
            DROP TABLE "recording"
        `);
    await queryRunner.query(`
            DROP TABLE "join_health"
        `);
    await queryRunner.query(`
            DROP TABLE "source_pair"
        `);
    await queryRunner.query(`
            DROP TABLE "trace_policy"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."erased_name_by_erasure"
        `);
    await queryRunner.query(`
            DROP TABLE "erased_name"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."erasure_by_address"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."erasure_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "erasure"
        `);
    await queryRunner.query(`
            DROP TABLE "deleted_leg"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."mark_by_leg"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."mark_by_name"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."mark_by_deed"
        `);
    await queryRunner.query(`
            DROP TABLE "mark"
        `);
    await queryRunner.query(`
            DROP TABLE "quarantined_key"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."correlation_key_by_leg"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."correlation_key_by_value"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."correlation_key_of_call"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."correlation_key_by_session"
        `);
    await queryRunner.query(`
            DROP TABLE "correlation_key"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_identity"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_by_interaction"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_by_external_id"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_by_end"
        `);
    await queryRunner.query(`
            DROP TABLE "leg"
        `);
    await queryRunner.query(`
            DROP TABLE "status_change"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_redirect_by_survivor"
        `);
    await queryRunner.query(`
            DROP TABLE "interaction_redirect"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_start"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_status"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_update"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_end"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_duration"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_customer"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_customer_digits"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_reference"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_by_label"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_provisional"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_contested"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_due"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."interaction_deleted"
        `);
    await queryRunner.query(`
            DROP TABLE "interaction"
        `);
    await queryRunner.query(`
            DROP TABLE "call_back_check"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."funnel_cell_empty"
        `);
    await queryRunner.query(`
            DROP TABLE "funnel_cell"
        `);
    await queryRunner.query(`
            DROP TABLE "funnel_delta"
        `);
    await queryRunner.query(`
            DROP TABLE "call_control"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."coaching_note_by_call"
        `);
    await queryRunner.query(`
            DROP TABLE "coaching_note"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_step_by_call"
        `);
    await queryRunner.query(`
            DROP TABLE "monitoring_step"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_by_time"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_by_call"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_by_kind"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_by_state"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_touched"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_unsettled"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."monitoring_action_one_under_way"
        `);
    await queryRunner.query(`
            DROP TABLE "monitoring_action"
        `);
    await queryRunner.query(`
            DROP TABLE "feed_head"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."change_by_position"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."change_by_interaction"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."change_unsequenced"
        `);
    await queryRunner.query(`
            DROP TABLE "change"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."knowledge_search_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "knowledge_search"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."tool_call_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "tool_call"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."transcript_entry_by_time"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."transcript_entry_by_word"
        `);
    await queryRunner.query(`
            DROP TABLE "transcript_entry"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_start"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_status"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_hand_off"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_update"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_duration"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_label"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."call_by_origin"
        `);
    await queryRunner.query(`
            DROP TABLE "call"
        `);
    await queryRunner.query(`
            DROP TABLE "resolution"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_pair_by_assistant"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_pair_waiting"
        `);
    await queryRunner.query(`
            DROP TABLE "leg_pair"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."orphan_by_customer"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."orphan_by_did"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."orphan_due"
        `);
    await queryRunner.query(`
            DROP TABLE "orphan"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."leg_verdict_by_other"
        `);
    await queryRunner.query(`
            DROP TABLE "leg_verdict"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."audit_entry_by_time"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."audit_entry_by_subject"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."audit_entry_by_batch"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."audit_entry_once_undone"
        `);
    await queryRunner.query(`
            DROP TABLE "audit_entry"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."analysis_due_by_time"
        `);
    await queryRunner.query(`
            DROP TABLE "analysis_due"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_by_creation"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_by_interaction"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_by_status"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_by_verdict"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_one_running"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."timeline_analysis_stalled"
        `);
    await queryRunner.query(`
            DROP TABLE "timeline_analysis"
        `);
  }
}
