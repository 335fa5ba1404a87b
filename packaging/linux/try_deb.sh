#!/bin/sh
# Installs a Debian package into a bare tree of Debian, as on a machine that has nothing else, and tries it there as a
# user who is not root: the self-test, a picture and a clip, the window; then removes it and looks for what it left.
#
#     try_deb.sh PACKAGE.deb [TREE]
#
# As root, with mmdebstrap (or with a TREE that is there already) and a mirror of Debian's packages.
set -eu

package=$1
tree=${2:-$(mktemp -d)/debian}
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
user=65534 # nobody

say() { printf '\n== %s\n' "$*"; }
inside() { chroot "$tree" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }
as_user() {
    chroot --userspec=$user:$user "$tree" env -i PATH=/usr/bin:/bin HOME=/home/somebody LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen "$@"
}
end() {
    for part in proc dev/shm; do umount -l "$tree/$part" 2>/dev/null || true; done
}

if [ ! -e "$tree/etc/debian_version" ]; then
    say "A bare tree of Debian"
    sources=/etc/apt/sources.list.d/debian.sources
    [ -e "$sources" ] || sources=/etc/apt/sources.list
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    mmdebstrap --quiet --variant=apt --include=ca-certificates "$release" "$tree" "$sources"
fi
trap end EXIT
mkdir -p "$tree/proc" "$tree/dev/shm"
mount -t proc proc "$tree/proc"
mount -t tmpfs tmpfs "$tree/dev/shm"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/*registry*; do
    [ ! -e "$file" ] || cp "$file" "$tree/etc/apt/apt.conf.d/"
done

say "Install"
cp "$package" "$tree/tmp/pyroblur.deb"
inside apt-get update -q >/dev/null
inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /tmp/pyroblur.deb' >"$tree.install.log" 2>&1 ||
    { tail -n 20 "$tree.install.log"; exit 1; }
rm "$tree/tmp/pyroblur.deb"
rm -rf "$tree/home/somebody"
mkdir -p "$tree/home/somebody"
cp "$repository/packaging/demo/bus.jpg" "$tree/home/somebody/street.jpg"
chown -R $user:$user "$tree/home/somebody"
inside sh -c 'pyroblur --version && which pyroblur-gui && ls /usr/share/applications/pyroblur.desktop /usr/share/man/man1/pyroblur.1.gz'

say "Self-test"
python3 "$repository/packaging/check.py" chroot --userspec=$user:$user "$tree" env -i PATH=/usr/bin:/bin HOME=/home/somebody LANG=C.UTF-8 pyroblur

say "A picture and a clip"
as_user sh -c 'cd && pyroblur blur street.jpg'
[ -s "$tree/home/somebody/street_blurred.jpg" ]
if [ -n "${CLIP:-}" ]; then
    cp "$CLIP" "$tree/home/somebody/clip.mp4"
    as_user sh -c 'cd && pyroblur blur clip.mp4 --json' | tail -n 1
    [ -s "$tree/home/somebody/clip_blurred.mp4" ]
fi

say "The window, by the file manager's Open with, and its end"
inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends desktop-file-utils libglib2.0-bin' >>"$tree.install.log" 2>&1
for kind in image/jpeg image/heic video/mp4 video/x-matroska; do
    inside gio mime "$kind" | grep -q pyroblur.desktop || { echo "PyroBlur is not offered for $kind"; exit 1; }
done
# It is ended once it has started its worker; before that, it may not listen yet.
# shellcheck disable=SC2016  # the shell inside expands them
as_user sh -c 'cd && gio launch /usr/share/applications/pyroblur.desktop "$HOME/street.jpg" 2>window.log || exit 3
    left=300
    window=
    while [ $left -gt 0 ]; do
        for each in /proc/[0-9]*; do
            words=$(tr "\0" " " 2>/dev/null <"$each/cmdline") || continue
            case $words in *pyroblur-gui\ "$HOME/street.jpg"\ ) window=${each#/proc/} ;; esac
        done
        [ -z "$window" ] || [ -z "$(cat /proc/$window/task/$window/children)" ] || break
        left=$((left - 1)); sleep 0.2
    done
    [ -n "$window" ] || exit 4
    kill -TERM $window
    while [ -e /proc/$window ] && [ $left -gt 0 ]; do left=$((left - 1)); sleep 0.2; done
    [ ! -e /proc/$window ] && [ ! -s window.log ]' ||
    { echo "the window did not open or end as it should: $?"; cat "$tree/home/somebody/window.log"; exit 1; }

say "Remove"
inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get purge -y -q pyroblur && apt-get autoremove -y -q --purge' >/dev/null 2>&1
left=$(find "$tree" -xdev -ipath '*pyroblur*' -not -path "$tree/proc/*" -not -path "$tree/home/*" -not -path "$tree/var/lib/apt/*" -not -path "$tree/var/log/*")
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
inside gio mime image/jpeg | grep -i pyroblur && { echo "it is still offered for photos"; exit 1; }
echo "nothing of it is left but the user's own files"
