#!/usr/bin/env bash
# Writes the preview of a stack to preview.md, for a comment on a pull request. Ends with the exit code of `pulumi preview`: not 0 where an argument is
# invalid, or where the analysis of the IAM policies finds an error.
set -uo pipefail
stack=${1:?usage: preview.sh STACK}

pulumi preview --stack "$stack" --diff --non-interactive --color never >preview.txt 2>&1
status=$?

{
  if [ "$status" -eq 0 ]; then
    echo "### Preview of \`$stack\`"
  else
    echo "### Preview of \`$stack\` failed"
  fi
  printf '\n```diff\n'
  # GitHub rejects comments of more than 65536 characters. A fence within the output would end this one. In a diff the sign comes first in the line.
  head -c 60000 preview.txt | sed -E -e 's/```/` ` `/g' -e 's/^( *)([-+~])/\2\1/'
  printf '\n```\n'
} >preview.md

exit "$status"
