#!/bin/sh
# Asks before acting, waits for people where they must decide, and asks again. Needs curl and jq.
#
#   CONSOLE_URL=https://trust.example.org CONSOLE_TOKEN=utc_… decide.sh SUBJECT ACTION UNIT [FILE]
#
# FILE holds what is about to be done: the approval is bound to its hash. CONSOLE_WAIT is how many seconds to wait for
# people (900). Prints the decision and the receipt's id. Exit code: 0 for ALLOW and for nothing else.
set -eu

question=$(jq -cn --arg subject "$1" --arg action "$2" --arg unit "$3" '{$subject, $action, $unit}')
if [ -n "${4:-}" ]; then
  hash=$(sha256sum <"$4" | cut -d ' ' -f 1)
  question=$(printf %s "$question" | jq -c --arg hash "$hash" '.payload_hash = "sha256:\($hash)"')
fi
deadline=$(($(date +%s) + ${CONSOLE_WAIT:-900}))

call() { # path, further arguments of curl; tries again after 429, 503 and where nobody listens, as Retry-After says
  path=$1
  shift
  curl --fail --silent --show-error --retry 5 --retry-connrefused --retry-max-time 60 --max-time 90 \
    --header "Authorization: Bearer $CONSOLE_TOKEN" "$@" "$CONSOLE_URL$path"
}

# One key for one question, however often it is sent: what was decided once is not decided again.
ask() { # question
  key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  call /api/v1/decide --header 'Content-Type: application/json' --header "Idempotency-Key: $key" --data-raw "$1"
}

answer=$(ask "$question")
if [ "$(printf %s "$answer" | jq -r .decision)" = REQUIRE_APPROVAL ]; then
  approval=$(printf %s "$answer" | jq -r .approval.id)
  status=pending
  while [ "$status" = pending ] && [ "$(date +%s)" -lt "$deadline" ]; do
    status=$(call "/api/v1/approvals/$approval?wait=30" | jq -r .status)
  done
  if [ "$status" != pending ]; then
    answer=$(ask "$(printf %s "$question" | jq -c --arg approval "$approval" '.approval_id = $approval')")
  fi
fi
printf %s "$answer" | jq -r '"\(.decision) \(.receipt_id)"'
test "$(printf %s "$answer" | jq -r .decision)" = ALLOW
