#!/usr/bin/env bash
# Installs Facet on Raspberry Pi OS or Debian, upgrades it, or removes it. Run it as often as you like: what is already
# so stays. docs/install.md says more.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: sudo install.sh [--dry-run] [--offline WHEELHOUSE] [--version X | --wheel FILE]
       sudo install.sh --uninstall [--purge] [--dry-run]

Without --version and --wheel it installs the checkout that it lies in, or else the newest release.

  --version X           this release
  --wheel FILE          this wheel of Facet
  --offline WHEELHOUSE  take every Python package from this folder, and none from the network
  --dry-run             print what would be done, and change nothing
  --uninstall           remove Facet; its configuration, state and user stay
  --purge               with --uninstall: remove those too

Exit code 0: done, or nothing had to change. 1: failed, with the release that ran before still in place. 2: wrong usage.
USAGE
}

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# Two releases are kept in $root/releases; `current` is a link to one of them, `previous` to the one before it.
root=/opt/facet config=/etc/facet state=/var/lib/facet user=facet
disk_needed=1000 # MB: a release has half of that, and pip needs room to unpack

dry_run=false uninstall=false purge=false version='' wheel='' wheelhouse=''
changes=0 switched_to=''

say() { printf '%-11s %s\n' "$1:" "$2"; }
fail() { echo "error: $*" >&2 && exit 1; }
misused() { echo "error: $*; see --help" >&2 && exit 2; }

# step TEXT IS_SO DO ARGUMENT...: one step, one line. IS_SO and DO are functions of the same arguments.
step() {
  local text=$1 is_so=$2 do=$3
  shift 3
  if "$is_so" "$@"; then
    say "already so" "$text"
    return
  fi
  changes=$((changes + 1))
  if "$dry_run"; then
    say "would do" "$text"
    return
  fi
  "$do" "$@"
  say "done" "$text"
}

# shellcheck source=provisioning/install/system.sh
source "$here/install/system.sh"
# shellcheck source=provisioning/install/release.sh
source "$here/install/release.sh"
# shellcheck source=provisioning/install/service.sh
source "$here/install/service.sh"

read_arguments() {
  while (($#)); do
    case $1 in
      --dry-run) dry_run=true ;;
      --uninstall) uninstall=true ;;
      --purge) purge=true ;;
      --version | --wheel | --offline)
        [[ -n ${2:-} ]] || misused "$1 needs a value"
        case $1 in
          --version) version=$2 ;;
          --wheel) wheel=$2 ;;
          --offline) wheelhouse=$2 ;;
        esac
        shift
        ;;
      --help) usage && exit ;;
      *) misused "$1 is not an option of this script" ;;
    esac
    shift
  done
  if "$purge" && ! "$uninstall"; then misused "--purge goes with --uninstall only"; fi
  if "$uninstall" && [[ $version$wheel$wheelhouse ]]; then misused "--uninstall takes no package"; fi
  if [[ $version && $wheel ]]; then misused "--version and --wheel exclude each other"; fi
  if [[ $wheel ]]; then
    [[ -f $wheel && ${wheel##*/} == facet_node-*.whl ]] || misused "--wheel: $wheel is not a file facet_node-*.whl"
    wheel=$(realpath "$wheel")
  fi
  if [[ $wheelhouse ]]; then
    [[ -d $wheelhouse ]] || misused "--offline: $wheelhouse is not a folder"
    wheelhouse=$(realpath "$wheelhouse")
  fi
}

install_all() {
  choose_packages
  step "Debian's packages ${packages[*]}" are_packages_installed install_packages "${packages[@]}"
  if ((debian > 12)); then step "python3-lgpio for the pins, where apt has it" is_lgpio_settled settle_lgpio; fi
  step "user $user in the groups ${groups[*]}" is_user_there add_user
  choose_release
  local release=$root/releases/$name
  step "release $name" is_release_whole build_release "$release"
  step "$root/current is release $name" is_switched_to switch_to "$name"
  place_release_files "$release"
  place_owners_files "$release"
  "$dry_run" || check_configuration
  step "release $name has passed its trial" is_trusted try_service "$release"
  step "no releases but the current and the previous one" are_releases_pruned prune_releases
}

summary() {
  local what="Facet $version is installed"
  if "$uninstall"; then what="Facet is removed"; fi
  echo
  if "$dry_run"; then
    echo "$changes step(s) would be done; nothing was changed."
  elif ((changes)); then
    echo "$what; $changes step(s) done."
  else
    echo "$what; nothing had to change."
  fi
  "$dry_run" || "$uninstall" || next_steps
}

main() {
  read_arguments "$@"
  umask 022
  export PYTHONDONTWRITEBYTECODE=1 # pip compiles what it installs; root leaves nothing else behind
  check_requirements
  if ! "$dry_run"; then
    exec 9>/run/lock/facet-install.lock
    flock --nonblock 9 || fail "another install.sh is at work; wait until it is done."
  fi
  work=$(mktemp --directory)
  trap : INT TERM HUP # they end the subshell, and what it leaves is cleaned up here
  set +e
  (
    set -e
    if "$uninstall"; then uninstall_all; else install_all; fi
    summary
  )
  local status=$?
  set -e
  rm --recursive --force "$work"
  if ((status)) && ! "$dry_run" && ! "$uninstall"; then clean_up_releases; fi
  exit "$status"
}

# Ends the script: bash, which reads line by line, needs no more of this file, which may be replaced while it runs.
main "$@"
