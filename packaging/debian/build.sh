#!/bin/sh
# Builds a Debian package for the Python that .venv has, with dpkg-deb alone: packaging/debian/build.sh [FOLDER]
# COMPRESSION is one of dpkg-deb's; SOURCE_DATE_EPOCH the time of every file, by default that of the last commit.
#
# The program and all that it needs lie in /usr/lib/rpcauth, for itself: no package of the system's Python gets in, and
# none of ours gets out. A venv would do the same with one more interpreter to keep patched; so only a command is added,
# which starts the system's Python without its site packages. What is in there: collect.py.
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
into=${1:-$root/dist}
python=$root/.venv/bin/python
version=$(cd "$root" && "$python" -c 'import rpcauth; print(rpcauth.__version__)')
minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
libc=$("$python" -c 'import os; print(os.confstr("CS_GNU_LIBC_VERSION").split()[1])')
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/rpcauth
doc=$tree/usr/share/doc/rpcauth
units=$tree/usr/lib/systemd/system
mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/lib/rpcauth" "$tree/usr/lib/sysusers.d" "$tree/etc/rpcauth" \
	"$units" "$doc/examples" "$tree/usr/share/rpcauth"

"$python" "$here/collect.py" "$tree/usr/lib/rpcauth"
# Compiled here, for nothing may be written at run time; by contents, so that the build can be repeated bit by bit.
"$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$tree" -p / "$tree/usr/lib/rpcauth"
{ echo "#!/usr/bin/python$minor -IS"; cat "$here/rpcauth"; } >"$tree/usr/bin/rpcauth"
chmod 755 "$tree/usr/bin/rpcauth"

cp "$root"/packaging/systemd/*.service "$root"/packaging/systemd/*.socket "$root"/packaging/systemd/*.timer "$units"
cp "$root/packaging/systemd/rpcauth.sysusers" "$tree/usr/lib/sysusers.d/rpcauth.conf"
cp -R "$root"/packaging/systemd/*.d "$doc/examples"
cp "$here/rpcauth.toml" "$tree/etc/rpcauth"
cp "$root/config.example.toml" "$root/README.md" "$root/SECURITY.md" "$root"/docs/*.md "$doc"
cp "$root/definitions.example.toml" "$doc/examples"
cp "$root/packaging/prometheus/rpcauth.rules.yml" "$root/packaging/grafana/rpcauth.json" "$tree/usr/share/rpcauth"
cp "$root/CHANGELOG.md" "$doc"
printf 'rpcauth (%s) unstable; urgency=medium\n\n  * CHANGELOG.md beside this file tells what is new.\n\n -- %s  %s\n' \
	"$version" "$(sed -n 's/^Maintainer: //p' "$here/control.in")" "$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" -R)" |
	gzip -9n >"$doc/changelog.gz"
cp "$here/copyright" "$doc"

"$python" "$root/packaging/man" "$work/man"
for page in "$work"/man/*; do
	section=$tree/usr/share/man/man${page##*.}
	mkdir -p "$section"
	gzip -9n <"$page" >"$section/$(basename "$page").gz"
done

for place in bash:bash-completion/completions/rpcauth zsh:zsh/vendor-completions/_rpcauth \
	fish:fish/vendor_completions.d/rpcauth.fish; do
	script=$tree/usr/share/${place#*:}
	mkdir -p "$(dirname "$script")"
	"$python" -m rpcauth completion "${place%%:*}" >"$script"
done

size=$(du -ks "$tree" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@PYTHON@/$minor/; s/@LIBC@/$libc/; s/@SIZE@/$size/" \
	"$here/control.in" >"$tree/DEBIAN/control"
echo /etc/rpcauth/rpcauth.toml >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
	install -m 755 "$here/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"

mkdir -p "$into"
dpkg-deb --root-owner-group -Z "${COMPRESSION:-xz}" --build "$tree" "$into/rpcauth_${version}_${architecture}.deb"
