#!/bin/sh
# Puts a packaged program into one file that runs on any Linux of its age or newer:
#
#     packaging/linux/build_appimage.sh PROGRAM_FOLDER OUTPUT_FOLDER
#
# Needs appimagetool (APPIMAGETOOL names it). With APPDIR_ONLY=1 only the folder is made that it packs, which runs as it
# is: OUTPUT_FOLDER/PyroBlur.AppDir/AppRun.
set -eu

program=$1
output=$2
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
python=${PYTHON:-$repository/.venv/bin/python} # it draws the icons: that of the checkout has what it takes
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$repository/pyproject.toml" | head -n 1)
folder=$output/PyroBlur.AppDir

rm -rf "$folder"
mkdir -p "$folder/usr/lib" "$folder/usr/share/metainfo" "$folder/usr/share/applications"
cp -a "$program" "$folder/usr/lib/pyroblur"
cp "$here/pyroblur.desktop" "$folder/pyroblur.desktop"
cp "$here/pyroblur.desktop" "$folder/usr/share/applications/pyroblur.desktop"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u +%F)/" "$here/org.pyroblur.pyroblur.metainfo.xml" \
    >"$folder/usr/share/metainfo/org.pyroblur.pyroblur.metainfo.xml"
"$python" "$repository/packaging/icons.py" "$folder/icons"
cp "$folder/icons/pyroblur-256.png" "$folder/pyroblur.png"
cp "$folder/icons/pyroblur-256.png" "$folder/.DirIcon"
rm -r "$folder/icons"

# The window for who double-clicks it and for files; the command line for who names a command.
cat >"$folder/AppRun" <<'RUN'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/usr/lib/pyroblur
case ${1-} in
    "" | */* | *.*) exec "$here/pyroblur-gui" "$@" ;;
    *) exec "$here/pyroblur" "$@" ;;
esac
RUN
chmod +x "$folder/AppRun"
[ -z "${APPDIR_ONLY-}" ] || exit 0
ARCH=$(uname -m) "${APPIMAGETOOL:-appimagetool}" --no-appstream "$folder" "$output/PyroBlur-$version-$(uname -m).AppImage"
