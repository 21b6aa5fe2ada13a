# shellcheck shell=bash disable=SC2034,SC2154 # the variables are those of install.sh
# Sourced by install.sh: what a release brings for systemd and udev, and its trial under them.

settle=10 # seconds that a new release must run before it is trusted

_is_booted() { [[ -d /run/systemd/system ]]; }
_is_active() { _is_booted && systemctl --quiet is-active facet.service; }
# Whether it runs, or would if it could: not what its owner has stopped.
_is_wanted() { _is_booted && [[ $(systemctl show --property ActiveState --value facet.service) != inactive ]]; }
_invocation() { systemctl show --property InvocationID --value facet.service; }

place_release_files() {
  local share=$1/share/facet/provisioning file target
  [[ -d $share ]] || share=$here # in a dry run, which makes no release
  for file in "$share"/*.service "$share"/*.path "$share"/*.rules; do
    [[ -f $file ]] || continue
    target=/etc/systemd/system
    if [[ $file == *.rules ]]; then target=/etc/udev/rules.d; fi
    step "$target/${file##*/}" is_copy make_copy "$target/${file##*/}" "$file"
  done
}

# Ends with an error, after which main rolls back, if the node ran before and does not run with the new release.
try_service() {
  local release=$1 invocation unit is_first=true is_resumed=true
  if compgen -G "$root/releases/*/.trusted" >/dev/null; then is_first=false; fi
  if [[ $switched_to ]]; then is_resumed=false; fi # it was this run that switched to it
  _reload
  for unit in "$release"/share/facet/provisioning/*.path; do
    [[ ! -f $unit ]] || _enable "${unit##*/}"
  done
  # Only the first time: an owner who has disabled or stopped the node wants it so.
  if "$is_first"; then _enable facet.service; fi
  # A trial that was interrupted may have left the node failing.
  if _is_booted && { "$is_first" || _is_active || { "$is_resumed" && _is_wanted; }; }; then
    systemctl restart facet.service || _fail_trial
    invocation=$(_invocation)
    sleep "$settle"
    if ! _is_active || [[ $(_invocation) != "$invocation" ]]; then _fail_trial; fi
  fi
  touch "$release/.trusted"
}

_fail_trial() { fail "the node does not run with release $name; journalctl --unit facet says why."; }

_enable() {
  systemctl --quiet enable "$1"
  if _is_booted && [[ $1 == *.path ]]; then systemctl start "$1"; fi
}

_reload() {
  _is_booted || return 0
  systemctl daemon-reload
  [[ -S /run/udev/control ]] || return 0 # a container, whose devices are its host's
  udevadm control --reload
  udevadm trigger --settle --subsystem-match=video4linux --subsystem-match=gpio
}

restart_after_roll_back() {
  _reload
  if _is_wanted; then
    systemctl reset-failed facet.service || true
    systemctl restart facet.service || true
  fi
}

remove_unit() {
  systemctl --quiet disable "${1##*/}" || true
  if _is_booted; then systemctl stop "${1##*/}" || true; fi
  rm --force "$1"
  if _is_booted; then systemctl daemon-reload; fi
}

# For the summary. The camera and the pins have one user at a time: a node that runs would make them look busy.
check_configuration() {
  if _is_active; then return; fi
  as_user "$root/current/bin/facet" check -c "$config/facet.yaml" >"$work/check" 2>/dev/null || true
}

next_steps() {
  if [[ -s $work/check ]]; then cat "$work/check"; fi
  # A code and a password are for whoever is there, and not for the journal. An older release knows no page.
  [[ ${JOURNAL_STREAM:-} ]] || as_user "$root/current/bin/facet" page welcome -c "$config/facet.yaml" 2>/dev/null || true
  if _is_active; then
    echo "The node runs: journalctl --unit facet --follow"
  elif _is_booted; then
    echo "The node does not run: sudo systemctl start facet"
  else
    echo "systemd does not run here; the node starts when it boots, if it is enabled."
  fi
  cat <<NEXT
To change its settings without the page:
  sudo nano $config/facet.yaml        # the broker's host has no default
  sudo facet check -c $config/facet.yaml
  sudo systemctl restart facet
NEXT
}
