"""Addresses of the inbox."""

from django.urls import path

from clinic.inbox.views import calls, inbox, tasks

app_name = "inbox"
urlpatterns = [
    path("", inbox.inbox_list, name="list"),
    path("badge/", inbox.inbox_badge, name="badge"),
    path("home/", inbox.inbox_home, name="home"),
    path("patient/<uuid:pk>/", inbox.inbox_patient, name="patient"),
    path("tasks/new/", inbox.task_add, name="task-add"),
    path("tasks/new/<uuid:patient_pk>/", inbox.task_add, name="task-add-for"),
    path("tasks/<uuid:pk>/", tasks.task_detail, name="task"),
    path("tasks/<uuid:pk>/give/", tasks.task_give, name="task-give"),
    path("tasks/<uuid:pk>/note/", tasks.task_note, name="task-note"),
    path("tasks/<uuid:pk>/done/", inbox.task_complete, name="task-complete"),
    path("tasks/<uuid:pk>/take/", inbox.task_take, name="task-take"),
    path("alerts/<uuid:pk>/acknowledge/", inbox.alert_acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:pk>/review/", inbox.alert_review, name="alert-review"),
    path("calls/new/", calls.call_log, name="call-log"),
    path("calls/new/<uuid:patient_pk>/", calls.call_log, name="call-log-for"),
    path("calls/<uuid:pk>/", calls.call_detail, name="call"),
]
