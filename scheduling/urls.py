"""Addresses of the schedule. Ids are opaque; nothing about a patient stands in an address."""

from django.urls import path

from scheduling import follow_up_urls, panels, reminder_urls
from scheduling.views import booking, day, rooms, setup, visits

app_name = "scheduling"
urlpatterns = [
    path("schedule/", day.day, name="day"),
    path("schedule/arrivals/", day.arrivals_list, name="arrivals"),
    path("schedule/unconfirmed/", day.unconfirmed_list, name="unconfirmed"),
    path("schedule/book/", booking.appointment_book, name="appointment-book"),
    path("schedule/openings/", booking.openings, name="openings"),
    path("schedule/patient-facts/", booking.patient_facts, name="patient-facts"),
    path("schedule/walk-in/", visits.walk_in_page, name="walk-in"),
    path("schedule/visits/<uuid:pk>/", visits.appointment, name="appointment"),
    path("schedule/visits/<uuid:pk>/move/", visits.appointment_move, name="appointment-move"),
    path("schedule/visits/<uuid:pk>/cancel/", visits.appointment_cancel, name="appointment-cancel"),
    path("schedule/visits/<uuid:pk>/confirm/", visits.appointment_confirm, name="appointment-confirm"),
    path("schedule/visits/<uuid:pk>/state/", visits.visit_move, name="visit-move"),
    path("schedule/visits/<uuid:pk>/undo/", visits.visit_undo, name="visit-undo"),
    path("schedule/patients/<uuid:pk>/visits/", panels.patient_visits_panel, name="patient-visits"),
    path("schedule/next/", panels.home_next, name="home-next"),
    path("schedule/today/", panels.todays_patients, name="todays-patients"),
    path("schedule/rooms/", rooms.rooms, name="rooms"),
    path("schedule/rooms/add/", rooms.room_edit, name="room-add"),
    path("schedule/rooms/<uuid:pk>/edit/", rooms.room_edit, name="room-edit"),
    path("schedule/rooms/<uuid:pk>/state/", rooms.room_state, name="room-state"),
    path("schedule/templates/", setup.templates, name="templates"),
    path("schedule/templates/sessions/add/", setup.session_edit, name="session-add"),
    path("schedule/templates/sessions/<uuid:pk>/edit/", setup.session_edit, name="session-edit"),
    path("schedule/templates/sessions/<uuid:pk>/end/", setup.session_end, name="session-end"),
    path("schedule/templates/absences/add/", setup.absence_add, name="absence-add"),
    path("schedule/templates/absences/<uuid:pk>/remove/", setup.absence_remove, name="absence-remove"),
    path("schedule/templates/closures/add/", setup.closure_add, name="closure-add"),
    path("schedule/templates/closures/<uuid:pk>/remove/", setup.closure_remove, name="closure-remove"),
    path("schedule/visit-types/", setup.visit_types, name="visit-types"),
    path("schedule/visit-types/add/", setup.visit_type_edit, name="visit-type-add"),
    path("schedule/visit-types/<uuid:pk>/edit/", setup.visit_type_edit, name="visit-type-edit"),
    path("schedule/locations/", setup.location_list, name="locations"),
    path("schedule/locations/add/", setup.location_edit, name="location-add"),
    path("schedule/locations/<uuid:pk>/edit/", setup.location_edit, name="location-edit"),
    path("schedule/flow-limits/", setup.flow_limits, name="flow-limits"),
    *reminder_urls.urlpatterns,
    *follow_up_urls.urlpatterns,
]
