/**
 * The tabs of a first visit. GraphiQL names a tab after its operation, which therefore is the title in
 * one word. GraphiQL does not show the variables of the tab it opens with: the first must have none.
 */
export const examples = [
  {
    title: 'Latest interactions',
    query: `# The ten latest interactions, and which systems told of each.
query LatestInteractions {
  interactions(first: 10) {
    nodes {
      id
      startedAt
      customer {
        address
      }
      channel
      status
      outcome
      durationText
      segments {
        role
        state
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    title: 'One interaction, drilled down',
    query: `# One interaction, end to end. Its id goes into the variables.
query OneInteractionDrilledDown($id: ID!) {
  interaction(id: $id) {
    reference
    status
    dropStage
    why {
      headline
      text
      facts {
        label
        value
      }
    }
    legs {
      role
      state
      startedAt
      endedAt
      link {
        tier
        method
      }
    }
    calls {
      id
      status
      latency {
        llmMs
        totalMs
      }
    }
    timeline(first: 50) {
      nodes {
        __typename
        ... on Message {
          offsetMs
          speaker
          text
        }
        ... on ToolCall {
          offsetMs
          name
          status
          durationMs
        }
        ... on KnowledgeSearch {
          offsetMs
          query
          hitCount
        }
      }
    }
  }
}
`,
    variables: { id: '' },
  },
  {
    title: 'Dropped today',
    query: `# What was dropped today: where, in whose system, and why.
query DroppedToday {
  interactions(filter: { quick: DROPPED_TODAY }, first: 20) {
    totalCount
    nodes {
      id
      startedAt
      customer {
        address
      }
      dropStage
      dropDetail
      faultDomain
      isProvisional
      expectedBy
      why {
        headline
      }
    }
  }
}
`,
  },
  {
    title: 'Reconcile',
    query: `# What a person has to decide: drops by stage, with the legs that may be their other halves.
query Reconcile {
  reconciliation {
    groups {
      dropStage
      dropDetail
      count
      suggested
      oldestAt
      interactions(first: 5) {
        nodes {
          id
          startedAt
          suggestions {
            points
            margin
            obstacles
            dialerLeg {
              id
              startedAt
            }
            assistantLeg {
              id
              startedAt
            }
          }
        }
      }
    }
  }
}
`,
  },
  {
    title: 'Funnel of the week',
    query: `# How far the calls of the last seven days came.
query FunnelOfTheWeek {
  funnel(filter: { datePreset: LAST_7_DAYS }) {
    interactionCount
    stages {
      stage
      count
    }
    completionRate {
      value
      numerator
      denominator
    }
  }
}
`,
  },
  {
    title: 'Timeline analyses',
    query: `# What calls that have ended look like to the analyst: how they ended, and what went wrong.
query TimelineAnalyses {
  timelineAnalyses(filter: { status: [COMPLETED] }, first: 10) {
    nodes {
      createdAt
      interaction {
        id
        startedAt
      }
      result {
        overallStatus
        narrative
        outcome {
          result
          endedByLabel
        }
        issues {
          severity
          area
          summary
        }
      }
    }
  }
}
`,
  },
  {
    title: 'Live feed',
    query: `# Interactions as they change. Shown is the latest event.
subscription LiveFeed {
  interactionFeed(windowMinutes: 15) {
    __typename
    ... on FeedSnapshotStart {
      cursor
      count
    }
    ... on InteractionUpserted {
      cursor
      revision
      changedFields
      interaction {
        id
        status
        startedAt
        durationText
        customer {
          address
        }
        segments {
          role
          state
        }
      }
    }
    ... on InteractionRemoved {
      cursor
      id
      reason
    }
    ... on FeedSnapshotEnd {
      cursor
    }
    ... on FeedHeartbeat {
      cursor
    }
    ... on FeedResyncRequired {
      cursor
      reason
    }
  }
}
`,
  },
  {
    title: 'Viewer and sources',
    query: `# Whom the key stands for, and the systems that report.
query ViewerAndSources {
  viewer {
    role
    permissions
  }
  sources {
    name
    provider
    role
  }
}
`,
  },
  {
    title: 'Follow one call',
    query: `# What is said on one call, live. Its id goes into the variables.
subscription FollowOneCall($callId: ID!) {
  transcriptAppended(callId: $callId) {
    cursor
    entries {
      speaker
      text
    }
  }
}
`,
    variables: { callId: '' },
  },
];
