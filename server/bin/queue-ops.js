#!/usr/bin/env node
// Loading 1,500 modules leaves some 40 MB of garbage, for which V8 makes room that it never gives back; while its place for new
// objects does not grow, 25 MB of that are spared (docs/decisions/0025).
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--semi-space-growth-factor=1')
await import('../dist/main.js')
// V8's default.
setFlagsFromString('--semi-space-growth-factor=2')
