# shellcheck shell=bash disable=SC2034,SC2154 # the variables are those of install.sh
# Sourced by install.sh: which release is wanted, its environment, and the links that say which one is in use.

# All that a checkout's wheel is made of, as pyproject.toml has it: a change to any of it makes another release.
checkout_content=(
  pyproject.toml README.md LICENSE config.example.yaml docs/install.md docs/updates.md device model provisioning
)

# Sets `name`, the version and the start of the digest of what the release is made from, and `package`, the checkout or
# the wheel that pip takes; empty if it has to be fetched first.
choose_release() {
  local digest checkout=$here/..
  if [[ -z $version$wheel && -f $checkout/pyproject.toml ]]; then
    package=$(realpath "$checkout")
    version=$(sed --quiet 's/^__version__ = "\(.*\)"$/\1/p' "$package/device/__init__.py")
    digest=$(
      cd "$package" || exit
      find "${checkout_content[@]}" \
        -type f -not -path '*/__pycache__/*' -print0 | sort --zero-terminated | xargs --null sha256sum | sha256sum
    )
  else
    local installed
    installed=$(readlink "$root/current" || true)
    installed=${installed##*/}
    if [[ $version && -z $wheel$wheelhouse && ${installed%-*} == "$version" ]]; then
      name=$installed # an index has one content for a version; it need not be asked again
      package=''
      return
    fi
    [[ $wheel ]] || find_wheel
    package=$wheel
    version=${wheel##*/facet_node-}
    version=${version%%-*}
    digest=$(sha256sum <"$wheel")
  fi
  name=$version-${digest:0:8}
}

# Sets `wheel`, of the wanted version or the newest one, from the wheelhouse or else from the index.
find_wheel() {
  local pip=$root/current/bin/pip
  if [[ $wheelhouse ]]; then
    _take_wheel "$wheelhouse"
    return
  fi
  if [[ ! -x $pip ]]; then
    if "$dry_run"; then
      say "would do" "ask the index for release ${version:-that is the newest}, and install it"
      exit
    fi
    /usr/bin/python3 -m venv "$work/venv"
    pip=$work/venv/bin/pip
  fi
  _download_wheel "$pip"
}

# _download_wheel PIP...
_download_wheel() {
  "$@" --quiet --disable-pip-version-check download --no-deps --dest "$work/wheel" \
    "facet-node${version:+==$version}" || fail "pip cannot fetch facet-node ${version:-}; see above."
  _take_wheel "$work/wheel"
}

_take_wheel() {
  wheel=$(compgen -G "$1/facet_node-${version:-*}-*.whl" | sort --version-sort | tail --lines 1) ||
    fail "$1 has no facet_node-${version:-*}-*.whl."
}

# An environment cannot be made in one place and moved to another. So it is made where it will be, while no link points
# to it, and a mark is set when it is whole.
is_release_whole() {
  [[ -f $1/.whole && $("$1/bin/facet" --version 2>/dev/null) == "facet $version" ]]
}

build_release() {
  local release=$1 venv_options=() pip_options=() pip=("$1/bin/python" -m pip)
  # All but lgpio comes into the environment: what Debian upgrades under us is none of our packages.
  if "$shares_debians"; then venv_options=(--system-site-packages) pip_options=(--ignore-installed); fi
  if [[ $architecture == armhf ]]; then
    pip_options=()
    # On a 64-bit kernel, Python says aarch64 of a 32-bit system too, and pip would choose packages for that.
    pip=("$release/bin/python" -c 'import platform, runpy
platform.machine = lambda: "armv7l"
runpy.run_module("pip", run_name="__main__", alter_sys=True)')
  fi
  if [[ $wheelhouse ]]; then pip_options+=(--isolated --no-index --find-links "$wheelhouse"); fi
  rm --recursive --force "$release"
  check_free_space
  mkdir --parents "$root/releases"
  /usr/bin/python3 -m venv "${venv_options[@]}" "$release" || fail "no environment can be made in $release; see above."
  if [[ -z $package ]]; then
    _download_wheel "${pip[@]}"
    package=$wheel
  fi
  _install_packages
  try_release "$release"
  touch "$release/.whole"
  sync --file-system "$release" # before a link points to it
}

# What the release depends on, as its lock file has it: no other version, and no file with another hash. Then the release.
_install_packages() {
  local lock=$work/requirements.lock
  _read_lock >"$lock" || fail "$package cannot be read; see above."
  if [[ ! -s $lock ]]; then # the first releases have none
    echo "release $name has no lock file; pip chooses the versions of its packages" >&2
    _pip "${package}[gpio]"
    return
  fi
  _pip --require-hashes --no-deps --only-binary :all: --requirement "$lock"
  if [[ -d $package ]]; then
    # What makes a wheel of a checkout is locked as well, and is no part of the release.
    _pip --require-hashes --no-deps --only-binary :all: --requirement "$package/provisioning/build.lock" \
      --target "$work/build"
    PYTHONPATH=$work/build _pip --no-deps --no-build-isolation "$package"
  else
    _pip --no-deps "$package"
  fi
}

# With the variables of build_release.
_pip() {
  "${pip[@]}" --quiet --disable-pip-version-check install --no-input "${pip_options[@]}" "$@" ||
    fail "pip cannot install $package; the system runs what it ran before."
}

# Prints the lock file of `package`, if it has one.
_read_lock() {
  if [[ -d $package ]]; then
    cat "$package/provisioning/requirements.lock"
    return
  fi
  /usr/bin/python3 - "$package" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.endswith(".data/data/share/facet/provisioning/requirements.lock"):
            sys.stdout.buffer.write(wheel.read(name))
PYTHON
}

# What a broken release cannot do: say its version, and pass the self-test that it brings, with the packages that it got.
try_release() {
  local found cause self_test=(-m device.updates.self_test)
  found=$(as_user "$1/bin/facet" --version) || true
  [[ $found == "facet $version" ]] ||
    fail "release $name prints '$found' instead of 'facet $version'; the system runs what it ran before."
  if ! compgen -G "$1/lib/python3*/site-packages/device/updates/self_test.py" >/dev/null; then
    # The first releases have none, but this in all of them.
    self_test=(-c '
from device.classify import open_perception
from device.config import AttributeSettings, PerceptionSettings
open_perception(PerceptionSettings(), AttributeSettings().model)')
  fi
  if ! as_user "$1/bin/python" "${self_test[@]}" 2>"$work/self-test"; then
    cause=$(tail --lines 1 "$work/self-test")
    fail "${cause#error: }: release $name fails its self-test; the system runs what it ran before."
  fi
}

is_switched_to() { is_link "$root/current" "releases/$1"; }

switch_to() {
  local old
  old=$(readlink "$root/current" || true)
  if [[ $old ]] && is_trusted "$root/$old"; then make_link "$root/previous" "$old"; fi
  rm --force "$root/releases/$1/.trusted" # one that is gone back to has its trial again
  switched_to=$1
  make_link "$root/current" "releases/$1"
}

# A second mark is set when a release has run: one without it can be gone back from.
is_trusted() { [[ -f $1/.trusted ]]; }

# After a run that failed: no half-made release stays, nor one in use that has not passed its trial.
clean_up_releases() {
  local release
  for release in "$root"/releases/*; do
    [[ ! -d $release || -f $release/.whole ]] || rm --recursive --force "$release"
  done
  if [[ -d $root/current ]] && ! is_trusted "$root/current"; then _roll_back; fi
}

_roll_back() {
  local failed old other
  failed=$(realpath "$root/current")
  old=$(realpath "$root/previous" 2>/dev/null || true)
  if [[ $old == "$failed" ]] || ! is_trusted "$old"; then
    echo "there is no release to go back to; release ${failed##*/} stays, and the next run tries it again" >&2
    return
  fi
  make_link "$root/current" "releases/${old##*/}"
  place_release_files "$old"
  restart_after_roll_back
  rm --recursive --force "$failed"
  for other in "$root"/releases/*; do
    if [[ $other != "$old" ]] && is_trusted "$other"; then make_link "$root/previous" "releases/${other##*/}"; fi
  done
  echo "rolled back to release ${old##*/}" >&2
}

# Prints all releases that neither link points to: older ones, and those whose making was interrupted.
_unused_releases() {
  local release
  for release in "$root"/releases/*; do
    [[ ! -d $release || $release -ef $root/current || $release -ef $root/previous ]] || echo "$release"
  done
}

are_releases_pruned() { [[ -z $(_unused_releases) ]]; }
prune_releases() { _unused_releases | xargs --no-run-if-empty --delimiter '\n' rm --recursive --force; }
