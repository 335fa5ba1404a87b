"""Names and passwords of mirrors: typed within an address, kept in the system's keyring and in no file.

A login is kept with the host that it is for and goes to no other. Where there is no keyring, an environment variable
gives it in the same form, name:password@host, and wins: PYROBLUR_INDEX_LOGIN, PYROBLUR_TORCH_INDEX_LOGIN,
PYROBLUR_PYTHON_MIRROR_LOGIN.
"""

from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr

from pyroblur_gui.core.errors import AccessError
from pyroblur_gui.net.keys import can_keep, forget_key, get_key, has_key, keep_key, variable_of
from pyroblur_gui.pack.spec import Sources, sources_file

FIELDS = ("index", "torch_index", "python_mirror")
_OF_ADDRESSES = "%:@!$&'()*+,;=[]"  # may stand there as they are


def save_sources(sources: Sources) -> None:
    """Keeps the sources in their file, and the logins within their addresses in the keyring.

    A login whose host is named no more is forgotten. Raises SettingsError; AccessError where there is a login and no
    keyring that takes it: nothing is saved then.
    """
    bare = without_logins(sources)
    for field in FIELDS:
        name, place = name_of(field), urlsplit(getattr(sources, field)).netloc
        if "@" in place:
            _keep(name, place)
        elif has_key(name) and _host(_kept(name)) != place and can_keep():
            forget_key(name)
    sources_file().save(bare)


def load_sources() -> Sources:
    """As they are kept. A login that a file holds is moved to the keyring, if there is one that takes it."""
    sources = sources_file().load().value
    if sources == without_logins(sources):
        return sources
    try:
        save_sources(sources)
    except AccessError:
        return sources
    return without_logins(sources)


def without_logins(sources: Sources) -> Sources:
    return sources.model_copy(update={field: _bare(getattr(sources, field)) for field in FIELDS})


def with_logins(sources: Sources) -> Sources:
    """For the job that asks the mirrors. Raises AccessError when the keyring is locked and stays so."""
    return sources.model_copy(update={field: _whole(getattr(sources, field), name_of(field)) for field in FIELDS})


def name_of(field: str) -> str:
    """Of a login in the keyring."""
    return f"pyroblur_{field}_login"


def _keep(name: str, place: str) -> None:
    if not can_keep():
        message = "This system has no keyring, so the name and the password in the address were not kept."
        hint = f"Leave them out of it, and set the variable {variable_of(name)} to name:password@host."
        raise AccessError(message, hint=hint)
    keep_key(name, SecretStr(quote(place, safe=_OF_ADDRESSES)))


def _bare(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=_host(parts.netloc)))


def _whole(address: str, name: str) -> str:
    parts = urlsplit(address)
    if not parts.hostname or "@" in parts.netloc:
        return address
    kept = _kept(name)
    return urlunsplit(parts._replace(netloc=kept)) if _host(kept) == parts.netloc else address


def _kept(name: str) -> str:
    """name:password@host, or empty."""
    key = get_key(name)
    return key.get_secret_value() if key is not None else ""


def _host(place: str) -> str:
    """host, or host:port."""
    return place.rpartition("@")[2]
