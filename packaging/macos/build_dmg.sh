#!/bin/sh
# Signs build/package/PyroBlur.app, puts it into a disk image, and has Apple look at it:
#
#     packaging/macos/build_dmg.sh VERSION
#
# Without MACOS_IDENTITY it is signed for this Mac only, and not notarised. For a release:
#     MACOS_IDENTITY   "Developer ID Application: NAME (TEAM)", in the keychain
#     NOTARY_PROFILE   made with: xcrun notarytool store-credentials NAME --apple-id ... --team-id ... --password ...
set -eu

version=$1
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$here/../.." && pwd)/build
app=$build/package/PyroBlur.app
image=$build/PyroBlur-$version-macos-$(uname -m).dmg
identity=${MACOS_IDENTITY:--}

sign() {
    if [ "$identity" = - ]; then
        codesign --force --options runtime --entitlements "$here/entitlements.plist" --sign - "$@"
    else
        codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$identity" "$@"
    fi
}

# From the inside out: a bundle is sealed over what is in it.
find "$app/Contents" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -u+x \) | while read -r file; do sign "$file"; done
sign "$app"
codesign --verify --deep --strict "$app"

folder=$(mktemp -d)
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
rm -f "$image"
hdiutil create -volname PyroBlur -srcfolder "$folder" -format UDZO "$image"
rm -rf "$folder"

if [ "$identity" != - ]; then
    codesign --timestamp --sign "$identity" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature "$image"
fi
printf '%s\n' "$image"
