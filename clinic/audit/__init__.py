"""The audit trail: every change and every look into a chart.

They are imported lazily, so that importing this package needs no Django.
"""


def record(*args, **kwargs):
    from clinic.audit.services import record as run

    return run(*args, **kwargs)


def event(*args, **kwargs):
    from clinic.audit.services import event as make

    return make(*args, **kwargs)


def record_many(*args, **kwargs):
    from clinic.audit.services import record_many as run

    return run(*args, **kwargs)


def looked(*args, **kwargs):
    from clinic.audit.services import looked as run

    return run(*args, **kwargs)


def looked_many(*args, **kwargs):
    from clinic.audit.services import looked_many as run

    return run(*args, **kwargs)
