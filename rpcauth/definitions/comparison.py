"""From definitions as they are and as they are wanted to the changes between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace

from rpcauth.definitions.changes import (
    Change,
    DropApplication,
    DropCaller,
    DropService,
    PutApplication,
    PutCaller,
    PutService,
)
from rpcauth.definitions.integrity import find_integrity_problems
from rpcauth.definitions.wanted import Wanted, WantedApplication, WantedCaller
from rpcauth.errors import DefinitionsRefused
from rpcauth.model import Application, Caller, ClientSecret, Definitions, Secret, Service
from rpcauth.source.lines import Pointer
from rpcauth.source.literal import render_literal
from rpcauth.source.problems import Place, Problems

SameSecret = Callable[[str, ClientSecret | bytes, Secret], bool]
"""(client_id or caller's name, its stored or sealed secret, a secret in the clear) -> whether both are the same."""

_SECRET_FIELDS = frozenset({"secrets", "sealed_secret"})


def difference(current: Definitions, wanted: Wanted, *, prune: bool, same_secret: SameSecret) -> tuple[Change, ...]:
    """The changes that make `current` what is `wanted`, in the order in which they are to be done; none when it is.

    `prune` drops what `wanted` lacks. `same_secret` is asked for every secret in the clear of an entry that exists
    (Argon2id takes milliseconds: call this off the event loop). Raises DefinitionsRefused when the outcome would
    name services that do not exist, or have one id or api_key twice.
    """
    services = [_put_service(current.services.get(service.service_key), service) for service in wanted.services]
    applications = [
        _put_application(current.applications.get(one.application.client_id), one, same_secret)
        for one in wanted.applications
    ]
    callers = [_put_caller(current.callers.get(one.caller.name), one, same_secret) for one in wanted.callers]
    drops = _drop_absent(current, wanted) if prune else []
    _check_outcome(Definitions() if prune else current, services, applications, callers)
    puts: tuple[PutService | PutApplication | PutCaller, ...] = (
        *sorted(services, key=lambda put: put.service.service_key),
        *sorted(applications, key=lambda put: put.application.client_id),
        *sorted(callers, key=lambda put: put.caller.name),
    )
    return (*drops, *(put for put in puts if put.line))


def _put_service(current: Service | None, wanted: Service) -> PutService:
    return PutService(service=wanted, line=_line("service", wanted.service_key, current, wanted))


def _put_application(current: Application | None, wanted: WantedApplication, same_secret: SameSecret) -> PutApplication:
    live = () if current is None else current.secrets
    kept, new = _settle_secrets(wanted, live, same_secret)
    generate = wanted.generate_secret and not kept
    application = replace(wanted.application, secrets=kept)
    if current is not None and not application.id:
        application = replace(application, id=current.id)
    is_changed = current is not None and (bool(new) or set(kept) != set(live))
    secret = "client_secret: generated" if generate else "client_secret: changed" if is_changed else ""
    line = _line("application", application.client_id, current, application, secret)
    return PutApplication(application=application, new_secrets=new, generate_secret=generate, line=line)


def _settle_secrets(
    wanted: WantedApplication, live: tuple[ClientSecret, ...], same_secret: SameSecret
) -> tuple[tuple[ClientSecret, ...], tuple[Secret, ...]]:
    """The secrets that stay as they are stored, and those that are new."""
    if wanted.generate_secret:
        return live, ()
    by_text = {one.stored: one for one in live}
    kept = [by_text.get(one.stored, one) for one in wanted.stored_secrets]
    new = []
    for secret in wanted.client_secrets:
        known = next((one for one in live if same_secret(wanted.application.client_id, one, secret)), None)
        if known is None:
            new.append(secret)
        else:
            kept.append(known)
    return tuple(dict.fromkeys(kept)), tuple(new)


def _put_caller(current: Caller | None, wanted: WantedCaller, same_secret: SameSecret) -> PutCaller:
    live, new = None if current is None else current.sealed_secret, wanted.secret
    kept = wanted.sealed_secret
    if live is not None and new is not None and same_secret(wanted.caller.name, live, new):
        kept, new = live, None
    caller = replace(wanted.caller, sealed_secret=kept)
    is_changed = current is not None and (new is not None or kept != live)
    line = _line("caller", caller.name, current, caller, "secret: changed" if is_changed else "")
    return PutCaller(caller=caller, new_secret=new, line=line)


def _drop_absent(current: Definitions, wanted: Wanted) -> list[Change]:
    callers = _absent(current.callers, {one.caller.name for one in wanted.callers})
    applications = _absent(current.applications, {one.application.client_id for one in wanted.applications})
    services = _absent(current.services, {service.service_key for service in wanted.services})
    return [
        *(DropCaller(name=name, line=f'remove caller "{name}"') for name in callers),
        *(DropApplication(client_id=name, line=f'remove application "{name}"') for name in applications),
        *(DropService(service_key=name, line=f'remove service "{name}"') for name in services),
    ]


def _absent(current: Mapping[str, object], wanted: Collection[str]) -> list[str]:
    return sorted(name for name in current if name not in wanted)


def _check_outcome(
    kept: Definitions, services: list[PutService], applications: list[PutApplication], callers: list[PutCaller]
) -> None:
    outcome_services = {**kept.services, **{put.service.service_key: put.service for put in services}}
    outcome_applications = {
        **kept.applications,
        **{put.application.client_id: put.application for put in applications},
    }
    outcome_callers = {**kept.callers, **{put.caller.name: put.caller for put in callers}}
    problems = Problems(_locate_entry)
    find_integrity_problems(
        [(("service", key), service) for key, service in outcome_services.items()],
        [(("application", key), application) for key, application in outcome_applications.items()],
        [(("caller", key), caller) for key, caller in outcome_callers.items()],
        outcome_services,
        problems,
    )
    if problems.texts:
        raise DefinitionsRefused(problems.texts)


def _locate_entry(pointer: Pointer) -> Place:
    kind, name, *member = pointer
    return Place(": ".join([f'{kind} "{name}"', *(step for step in member if isinstance(step, str))]))


def _line(
    kind: str,
    name: str,
    current: Service | Application | Caller | None,
    wanted: Service | Application | Caller,
    secret: str = "",
) -> str:
    """What a change does, in one line; "" when it does nothing."""
    if current is None:
        return "; ".join(filter(None, [f'add {kind} "{name}"', secret]))
    changes = [
        f"{field.name}: {_render(getattr(current, field.name))} -> {_render(getattr(wanted, field.name))}"
        for field in fields(wanted)
        if field.name not in _SECRET_FIELDS and getattr(current, field.name) != getattr(wanted, field.name)
    ]
    changes += [secret] if secret else []
    return f'change {kind} "{name}": ' + "; ".join(changes) if changes else ""


def _render(value: object) -> str:
    return "unset" if value is None else render_literal(value)
