from django.urls import path

from clinic.demo import views

app_name = "demo"
urlpatterns = [path("this-pc/", views.this_pc, name="this-pc")]
