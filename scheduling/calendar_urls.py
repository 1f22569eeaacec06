"""Addresses of the calendar's views, part of scheduling's own."""

from django.urls import path

from scheduling.views import calendar, calendar_moves, feed, sheets

urlpatterns = [
    path("schedule/week/", calendar.calendar_week, name="calendar-week"),
    path("schedule/month/", calendar.calendar_month, name="calendar-month"),
    path("schedule/agenda/", calendar.calendar_agenda, name="calendar-agenda"),
    path("schedule/visits/<uuid:pk>/shift/", calendar_moves.appointment_shift, name="appointment-shift"),
    path("schedule/visits/<uuid:pk>/resize/", calendar_moves.appointment_resize, name="appointment-resize"),
    path("schedule/sheets/day/", sheets.sheet_day, name="sheet-day"),
    path("schedule/sheets/huddle/", sheets.sheet_huddle, name="sheet-huddle"),
    path("schedule/sheets/rooms/", sheets.sheet_rooms, name="sheet-rooms"),
    path("schedule/feed/", feed.calendar_feed, name="calendar-feed"),
    path("schedule/feed/open/", feed.calendar_feed_open, name="calendar-feed-open"),
    path("schedule/feed/revoke/", feed.calendar_feed_revoke, name="calendar-feed-revoke"),
    path("calendar/<str:token>.ics", feed.calendar_feed_file, name="calendar-feed-file"),
]
