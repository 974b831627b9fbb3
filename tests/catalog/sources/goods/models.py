"""Models as a shop may have them."""

from django.db import models


class Maker(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Good(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    maker = models.ForeignKey(Maker, models.SET_NULL, null=True)
    tags = models.ManyToManyField(Tag)
    picture = models.FileField(blank=True)
    is_public = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/goods/{self.code}/"


class Book(Good):
    author = models.CharField(max_length=100)


class Stock(models.Model):
    good = models.OneToOneField(Good, models.CASCADE)
    on_hand = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.on_hand} of {self.good}"
