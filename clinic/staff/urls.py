"""Addresses of the staff app. There is none for signing up."""

from django.urls import include, path, register_converter

from clinic.staff.views import password, people, places, practice, profile, session, sign_in


class MemberKey:
    """The member's part of a reset link, which ends at the first dash."""

    regex = "[0-9A-Za-z]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MemberKey, "member_key")

# allauth looks these names up itself, so they stand outside the namespace.
account = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("password/forgot/", password.forgot, name="account_reset_password"),
    path("password/forgot/sent/", password.forgot_sent, name="account_reset_password_done"),
    path(
        "password/new/<member_key:uidb36>-<str:key>/",
        password.new_password,
        name="account_reset_password_from_key",
    ),
    path("password/new/done/", password.new_password_done, name="account_reset_password_from_key_done"),
    path("password/change/", password.change_password, name="account_change_password"),
]

staff = [
    path("sign-in/pin/<uuid:session_id>/", sign_in.sign_in_by_pin, name="pin-sign-in"),
    path("session/sign-out/", sign_in.sign_out, name="sign-out"),
    path("session/switch/", sign_in.switch, name="switch"),
    path("session/lock/", session.lock, name="lock"),
    path("session/unlock/", session.unlock, name="unlock"),
    path("session/activity/", session.activity, name="activity"),
    path("session/draft/", session.draft, name="draft"),
    path("invitation/<uuid:member_id>/<str:token>/", password.invitation, name="invitation"),
    path("me/", profile.profile, name="profile"),
    path("me/name/", profile.profile_edit, name="profile-edit"),
    path("me/pin/", profile.pin, name="pin"),
    path("me/sessions/end/", profile.own_sessions_end, name="own-sessions-end"),
    path("me/sessions/<uuid:session_id>/end/", profile.own_session_end, name="own-session-end"),
    path("staff/", people.staff_list, name="list"),
    path("staff/invite/", people.member_invite, name="member-invite"),
    path("staff/permissions/", people.permission_table, name="permission-table"),
    path("staff/scope/", practice.scope_rules, name="scope-rules"),
    path("staff/scope/set/", practice.scope_rule_set, name="scope-rule-set"),
    path("staff/locking/", places.session_policy, name="session-policy"),
    path("staff/workstations/", places.workstation_list, name="workstation-list"),
    path("staff/workstations/register/", places.workstation_register, name="workstation-register"),
    path("staff/workstations/<uuid:pk>/edit/", places.workstation_edit, name="workstation-edit"),
    path("staff/workstations/<uuid:pk>/revoke/", places.workstation_revoke, name="workstation-revoke"),
    path("staff/<uuid:pk>/", people.member_page, name="member"),
    path("staff/<uuid:pk>/edit/", people.member_edit, name="member-edit"),
    path("staff/<uuid:pk>/roles/", people.member_roles, name="member-roles"),
    path("staff/<uuid:pk>/exceptions/add/", people.exception_add, name="exception-add"),
    path("staff/<uuid:pk>/exceptions/<uuid:exception_id>/end/", people.exception_end, name="exception-end"),
    path("staff/<uuid:pk>/deactivate/", people.member_deactivate, name="member-deactivate"),
    path("staff/<uuid:pk>/reactivate/", people.member_reactivate, name="member-reactivate"),
    path("staff/<uuid:pk>/unlock/", people.member_unlock, name="member-unlock"),
    path("staff/<uuid:pk>/pin/clear/", people.member_clear_pin, name="member-clear-pin"),
    path("staff/<uuid:pk>/invitation/", people.member_invite_again, name="member-invite-again"),
    path("staff/<uuid:pk>/invitation/link/", people.invitation_link, name="invitation-link"),
    path("staff/<uuid:pk>/sessions/end/", people.member_end_sessions, name="member-end-sessions"),
    path("staff/<uuid:pk>/sessions/<uuid:session_id>/end/", people.session_end, name="session-end"),
]

urlpatterns = [path("", include(account)), path("", include((staff, "staff")))]
