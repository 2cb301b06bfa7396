import { z } from 'zod'
import { alertmanager } from './alertmanager.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** Every kind of channel, by its `type` in the file. */
const kinds = z.discriminatedUnion('type', [webhook, slack, pagerduty, alertmanager], {
  error: 'must have a type, one of: webhook, slack, pagerduty, alertmanager',
})

/** The list under `alerts`. */
export const AlertChannels = z.array(kinds).superRefine((channels, context) => {
  for (const [at, { name }] of channels.entries()) {
    if (channels.findIndex((other) => other.name === name) === at) continue
    const message = 'is called like another channel: give each its own name'
    context.addIssue({ code: 'custom', path: [at], message, input: name })
  }
})
