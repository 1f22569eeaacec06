from django.urls import path

from clinic.desk.views import check_in, check_out, flow, home, rooming, setup

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("today/", home.manager, name="manager"),
    path("today/panel/", home.manager_panel, name="manager-panel"),
    path("today/access/", home.oversight_panel, name="oversight-panel"),
    path("today/gaps/", home.gaps_panel, name="gaps-panel"),
    path("flow/", flow.flow, name="flow"),
    path("flow/wall/", flow.wall, name="wall"),
    path("visits/<uuid:pk>/check-in/", check_in.check_in, name="check-in"),
    path("visits/<uuid:pk>/check-in/block/", check_in.check_in_block, name="check-in-block"),
    path("visits/<uuid:pk>/check-in/arrive/", check_in.check_in_arrive, name="check-in-arrive"),
    path("visits/<uuid:pk>/rooming/", rooming.rooming, name="rooming"),
    path("visits/<uuid:pk>/rooming/identity/", rooming.rooming_identity, name="rooming-identity"),
    path("visits/<uuid:pk>/check-out/", check_out.check_out, name="check-out"),
    path("visits/<uuid:pk>/check-out/block/", check_out.check_out_block, name="check-out-block"),
    path("visits/<uuid:pk>/check-out/leave/", check_out.check_out_leave, name="check-out-leave"),
    path("visits/<uuid:pk>/summary/", check_out.summary, name="visit-summary"),
    path("set-up/", setup.set_up, name="set-up"),
    path("settings/", setup.settings, name="settings"),
    path("settings/clinic/", setup.clinic_edit, name="clinic-edit"),
]
