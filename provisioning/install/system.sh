# shellcheck shell=bash disable=SC2034,SC2154 # the variables are those of install.sh
# Sourced by install.sh: what must be true of the system, and what Facet needs of it: packages, a user, files.

# Sets `debian` (the release's number) and `architecture`, or ends in one sentence, before anything is changed.
check_requirements() {
  local ID='' VERSION_ID='' PRETTY_NAME='an unknown system'
  [[ $(id --user) == 0 ]] || fail "this needs root; run it with sudo."
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || source /etc/os-release
  [[ $ID == debian || $ID == raspbian ]] || fail "this is $PRETTY_NAME; Facet needs Raspberry Pi OS or Debian."
  debian=${VERSION_ID:-99} # Debian's testing and unstable have none
  architecture=$(dpkg --print-architecture)
  ((debian >= 12)) ||
    fail "the Python of $PRETTY_NAME is older than 3.11; Facet needs Bookworm (Debian 12) or newer."
  case $architecture-$debian in
    amd64-* | arm64-* | armhf-12) ;;
    armhf-*) fail "32-bit $PRETTY_NAME has no TFLite for its Python; use its 64-bit version, or 32-bit Bookworm." ;;
    *) fail "Facet's Python packages are made for arm64, amd64 and armhf; this system is $architecture." ;;
  esac
  if [[ -x /usr/bin/python3 ]]; then
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
      fail "$(/usr/bin/python3 --version) is too old; Facet needs Python 3.11 or newer as /usr/bin/python3."
  fi
  "$uninstall" || [[ -e $root/current ]] || check_free_space
}

check_free_space() {
  local free
  free=$(df --output=avail --block-size=1M "$(dirname "$root")" | tail --lines 1)
  ((free >= disk_needed)) || fail "$(dirname "$root") has ${free// /} MB left; Facet needs $disk_needed MB."
}

# Sets `packages`, and `shares_debians`: whether the environment must see Debian's Python packages.
choose_packages() {
  packages=(python3-venv v4l-utils)
  shares_debians=false
  if ((debian > 12)); then shares_debians=true; fi # for lgpio, see below
  # PyPI has no wheels of these for 32-bit ARM.
  if [[ $architecture == armhf ]]; then
    packages+=(python3-cryptography python3-numpy python3-opencv python3-pil python3-yaml) shares_debians=true
  fi
}

are_packages_installed() {
  local package
  for package; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || return 1
  done
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  dpkg --configure --pending # what was interrupted
  _update_lists
  apt-get install --quiet=2 --yes --no-install-recommends --option DPkg::Lock::Timeout=300 \
    --option Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 ||
    { tail "$work/apt.log" >&2 && fail "apt cannot install $*; see above."; }
}

_update_lists() {
  apt-get update --quiet=2 >/dev/null || echo "apt cannot reach all its sources; it goes on with what it knows" >&2
}

# lgpio drives the pins. For Pythons newer than 3.12 PyPI has only an empty stub of it; Raspberry Pi OS has a package,
# which Debian itself has not.
is_lgpio_settled() {
  are_packages_installed python3-lgpio ||
    { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && ! apt-cache show python3-lgpio >/dev/null 2>&1; }
}
settle_lgpio() {
  _update_lists
  is_lgpio_settled || install_packages python3-lgpio
}

groups=(video gpio)

is_user_there() {
  local group all
  all=" $(id --name --groups "$user" 2>/dev/null) " || return 1
  for group in "${groups[@]}"; do [[ $all == *" $group "* ]] || return 1; done
}

add_user() {
  local group
  # Debian without Raspberry Pi's additions has no group gpio.
  for group in "${groups[@]}"; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  id "$user" >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
  usermod --append --groups "$(IFS=, && echo "${groups[*]}")" "$user"
}

as_user() {
  (cd / && setpriv --reuid "$user" --regid "$user" --init-groups env "HOME=$state" "STATE_DIRECTORY=$state" "$@")
}

# --- Files: a new one takes the place of the old one at once, so that a cut in the power leaves one of them ---

is_link() { [[ $(readlink "$1") == "$2" ]]; }
make_link() { ln --symbolic --force --no-dereference "$2" "$1.new" && mv --no-target-directory "$1.new" "$1"; }

is_copy() { cmp --silent "$2" "$1"; }
make_copy() { install -D --mode 0644 "$2" "$1.new" && mv "$1.new" "$1"; }

is_folder() { [[ -d $1 ]] && _has_mode "$1" "$2"; }
make_folder() { mkdir --parents "$1" && _set_mode "$1" "$2"; }

# own_file FILE MODE COMMAND...: made once from what the command prints; then only its owner and mode are kept.
is_own_file() { [[ -f $1 ]] && _has_mode "$1" "$2"; }
make_own_file() {
  if [[ ! -e $1 ]]; then
    (umask 077 && "${@:3}" >"$1.new")
    _set_mode "$1.new" "$2"
    mv "$1.new" "$1"
  fi
  _set_mode "$1" "$2"
}

# As OWNER:GROUP:MODE.
_has_mode() { [[ $(stat --format %U:%G:%a "$1") == "$2" ]]; }
_set_mode() { chown "${2%:*}" "$1" && chmod "${2##*:}" "$1"; }

place_owners_files() {
  step "folder $config" is_folder make_folder "$config" "root:$user:750"
  step "$config/facet.yaml, which is yours" is_own_file make_own_file "$config/facet.yaml" "root:$user:640" example "$1"
  step "$config/secrets.yaml, which is yours" is_own_file make_own_file "$config/secrets.yaml" "root:$user:640" secrets
  step "folder $state" is_folder make_folder "$state" "$user:$user:700"
  step "command /usr/local/bin/facet" is_link make_link /usr/local/bin/facet "$root/current/bin/facet"
}

# The example, with the camera's name from our rule for udev, and without a broker: the node then asks for one.
example() {
  sed 's|^#camera:|camera:|; s|^  #source: "0"|  source: /dev/facet-camera|; s|^  host:|  #host:|' \
    "$1/share/facet/provisioning/config.example.yaml"
}

secrets() { echo '# "mqtt_password: ..." here is what "!secret mqtt_password" means in facet.yaml.'; }

# --- Removal ---

is_gone() { [[ ! -e $1 && ! -L $1 ]]; }
remove() { rm --recursive --force "$1"; }
is_user_gone() { ! id "$user" >/dev/null 2>&1; }
remove_user() { userdel "$user"; }

uninstall_all() {
  local file
  for file in /etc/systemd/system/facet{.service,-*.service,-*.path}; do
    if [[ -f $file ]]; then step "${file##*/} is stopped and gone" is_gone remove_unit "$file"; fi
  done
  for file in /etc/udev/rules.d/60-facet-*.rules; do
    if [[ -f $file ]]; then step "$file is gone" is_gone remove "$file"; fi
  done
  step "/usr/local/bin/facet is gone" is_gone remove /usr/local/bin/facet
  step "$root is gone" is_gone remove "$root"
  if "$purge"; then
    step "$config is gone" is_gone remove "$config"
    step "$state is gone" is_gone remove "$state"
    # What `systemctl edit` has added, and what the Ansible role has copied.
    for file in /etc/systemd/system/facet{,-*}.service.d /var/cache/facet; do
      if [[ -e $file ]]; then step "$file is gone" is_gone remove "$file"; fi
    done
    step "user $user is gone" is_user_gone remove_user
  else
    echo "kept: $config, $state and the user $user (--purge removes them); Debian's packages"
  fi
}
