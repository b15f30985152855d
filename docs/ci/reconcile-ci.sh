#!/usr/bin/env bash
# What the recipes in this folder have in common. Copy it into the repository of the retailer
# files. Needs bash, curl, git and jq.
#
#   reconcile-ci.sh install          downloads the release, and verifies it by its SHA-256
#   reconcile-ci.sh plan BASE        plans what differs from a Git reference, and comments
#   reconcile-ci.sh apply BASE       applies what differs from a Git reference
#   reconcile-ci.sh drift            looks for drift in all that is declared
#
# RECONCILE_ENVIRONMENT names the environment; RECONCILE_RELEASE_URL and RECONCILE_SHA256 the
# archive; RECONCILE_COMMENT_TOKEN may comment, if the forge gives the job no token of its
# own. The keys are in the variables that reconcile.yaml names.
#
# Apply on the newest commit of main only: an older one undoes what a later one has changed.
#
# It exits with 0 if all is well: with changes in a plan (2 is not asked for), with a
# retailer that is blocked after an apply (5, a warning). `drift` exits with 1 on drift and on
# whatever else reconcile reports; `plan` and `apply` exit with the code of reconcile.
set -euo pipefail

environment=${RECONCILE_ENVIRONMENT:-production}
marker="**reconcile plan of $environment**"

install() {
  local folder=.reconcile-bin
  mkdir -p "$folder"
  curl --fail --silent --show-error --location --output "$folder/reconcile.tar.gz" "$RECONCILE_RELEASE_URL"
  echo "$RECONCILE_SHA256  $folder/reconcile.tar.gz" | sha256sum -c -
  tar -xzf "$folder/reconcile.tar.gz" -C "$folder"
}

# Calls an API with what is on stdin, if anything is to be sent. Other users of the machine can see
# command lines, so the header with the token comes from a file.
call() {
  local method=$1 url=$2 key=$3
  if [ "$method" = GET ]; then
    curl --fail --silent --show-error --header @<(printf '%s\n' "$key") "$url"
  else
    curl --fail --silent --show-error --output /dev/null --request "$method" \
      --header "Content-Type: application/json" --header @<(printf '%s\n' "$key") --data-binary @- "$url"
  fi
}

# Prints a list with pages of 100 as one array. A page from which the forge hides comments is shorter.
pages() {
  local url=$1 key=$2 all="[]" page=1 found
  while
    found=$(call GET "$url&page=$page" "$key" | jq '.values? // .') || return
    all=$(jq --slurp add <<< "$all$found")
    [ "$(jq length <<< "$found")" -gt 0 ]
  do
    page=$((page + 1))
  done
  printf '%s\n' "$all"
}

# Writes the comment, or edits the first that begins with the marker, which one that quotes it does
# not. On GitLab it has to be of the token's user; the other forges do not say who that is, so a
# person's comment that begins with the marker is taken for it. Without a known forge, the plan is
# in the log alone.
comment() {
  local file=$1 comments id
  if [ -n "${GITLAB_CI:-}" ]; then
    local api="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
    local key="PRIVATE-TOKEN: $RECONCILE_COMMENT_TOKEN"
    local own
    own=$(call GET "$CI_API_V4_URL/user" "$key" | jq .id)
    comments=$(pages "$api?per_page=100&order_by=created_at&sort=asc" "$key")
    id=$(jq --arg marker "$marker" --argjson own "$own" \
      'map(select(.author.id == $own and (.body | startswith($marker))))[0].id // empty' <<< "$comments")
    jq --null-input --rawfile body "$file" '{body: $body}' \
      | call "$([ -n "$id" ] && echo PUT || echo POST)" "$api${id:+/$id}" "$key"
  elif [ -n "${BITBUCKET_PR_ID:-}" ]; then
    local api="${BITBUCKET_API:-https://api.bitbucket.org/2.0}/repositories/$BITBUCKET_REPO_FULL_NAME/pullrequests/$BITBUCKET_PR_ID/comments"
    local key="Authorization: Bearer $RECONCILE_COMMENT_TOKEN"
    comments=$(pages "$api?pagelen=100" "$key")
    id=$(jq --arg marker "$marker" 'map(select(.deleted != true and (.content.raw | startswith($marker))))[0].id // empty' <<< "$comments")
    jq --null-input --rawfile body "$file" '{content: {raw: $body}}' \
      | call "$([ -n "$id" ] && echo PUT || echo POST)" "$api${id:+/$id}" "$key"
  elif [ -n "${SYSTEM_PULLREQUEST_PULLREQUESTID:-}" ]; then
    local api="$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis/git/repositories/$BUILD_REPOSITORY_ID/pullRequests/$SYSTEM_PULLREQUEST_PULLREQUESTID/threads"
    local key="Authorization: Bearer $SYSTEM_ACCESSTOKEN" version="api-version=7.1"
    comments=$(call GET "$api?$version" "$key")
    id=$(jq --arg marker "$marker" '.value | map(select(.comments[0].content // "" | startswith($marker)))[0].id // empty' <<< "$comments")
    if [ -n "$id" ]; then
      jq --null-input --rawfile body "$file" '{content: $body}' \
        | call PATCH "$api/$id/comments/1?$version" "$key"
    else
      jq --null-input --rawfile body "$file" \
        '{comments: [{parentCommentId: 0, content: $body, commentType: "text"}], status: "closed"}' \
        | call POST "$api?$version" "$key"
    fi
  fi
}

# Prints what a plan cannot show: files that are removed, changes of what all retailers share, and
# warnings about files with their place. Indented, it is code to Markdown whatever it says.
warnings() {
  awk '
    function flush() { if (warning != "") print "    " warning; warning = "" }
    /^[^ ]/ { flush() }
    /^warning(\[[a-z-]*\])?: / { warning = $0 }
    warning != "" && sub(/^ *--> /, "") { warning = warning " (" $0 ")"; flush() }
    END { flush() }'
}

# Prints the lines that fit into a number of characters, and how many it leaves out. A line that is
# longer alone is cut to the half of it.
first_lines() {
  awk -v most="$1" '
    length($0) >= most { $0 = substr($0, 1, most / 2) "…" }
    used + length($0) < most { used += length($0) + 1; print; next }
    { left++ }
    END { if (left) print "    … and " left " more in the log of the job" }'
}

plan() {
  local code=0
  # A workspace can hold those of an earlier run.
  rm -f plan.md plan.xml
  # An exit code other than 0 would end this script before there is a comment.
  reconcile plan --environment "$environment" --base "$1" --report commonmark=plan.md \
    --report junit=plan.xml > plan.txt 2> errors.txt || code=$?
  cat plan.txt errors.txt
  {
    echo "$marker"
    echo
    if [ -s plan.md ]; then
      warnings < errors.txt > notes.txt
      if [ -s notes.txt ]; then
        # Bitbucket takes 32,768 characters, and a plan up to 32,000.
        first_lines 600 < notes.txt
        echo
      fi
      cat plan.md
    else
      echo "No plan could be made:"
      echo
      sed 's/^/    /' errors.txt | first_lines 20000
    fi
  } > comment.md
  comment comment.md
  return "$code"
}

apply() {
  local code=0
  reconcile apply --environment "$environment" --base "$1" --yes || code=$?
  if [ "$code" = 5 ]; then
    echo "warning: all was applied that could be, but a retailer is blocked; see above" >&2
    code=0
  fi
  return "$code"
}

drift() {
  local code=0
  rm -f drift.xml
  reconcile drift --environment "$environment" --report junit=drift.xml || code=$?
  # 2 is drift; whatever else is not 0 is worse: it is not known.
  [ "$code" = 0 ]
}

PATH=$PWD/.reconcile-bin:$PATH
case "${1:-} $#" in
  "install 1" | "drift 1" | "plan 2" | "apply 2") "$@" ;;
  *)
    echo "usage: reconcile-ci.sh install|plan BASE|apply BASE|drift" >&2
    exit 64
    ;;
esac
