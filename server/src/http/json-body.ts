import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express'

const MAX_BODY_BYTES = 1024 * 1024

/**
 * Reads the body of a request as JSON, and answers what is none with one sentence. It insists on the content type: a foreign page
 * cannot make a browser send that without asking first.
 */
export function jsonBody(): RequestHandler {
  return Router().use(requireJson, express.json({ limit: MAX_BODY_BYTES }), badBody)
}

const requireJson: RequestHandler = (req, res, next) => {
  if (req.is('application/json')) return next()
  res.status(415).json({ error: 'Send the arguments as JSON, with Content-Type: application/json.' })
}

const badBody: ErrorRequestHandler = (error: Error & { status?: number; type?: string }, _req, res, next) => {
  if (res.headersSent || !error.status || error.status >= 500) return next(error)
  res.status(error.status).json({ error: told(error.type) })
}

function told(type: string | undefined): string {
  if (type === 'entity.parse.failed') return 'The body is not a JSON object: send the arguments as one.'
  if (type === 'entity.too.large') return `The body is larger than ${MAX_BODY_BYTES} bytes.`
  return 'The body cannot be read.'
}
