"""`trackflow-mock docs`: the guides that come with the package, to be read in a terminal."""

import click


@click.command()
@click.argument("page", default="")
def docs(page: str) -> None:
    """Print a PAGE of the documentation; without PAGE, list them all. Needs no network.

    \b
    Examples:
      trackflow-mock docs
      trackflow-mock docs faults
      trackflow-mock docs recipes | less
    """
    from mock_server.guides import guide, guides

    if page:
        try:
            print(guide(page).text, end="")
        except LookupError as error:
            raise click.BadParameter(str(error), param_hint="PAGE") from None
        return
    every = guides()
    width = max(len(each.name) for each in every)
    for each in every:
        print(f"{each.name:{width}}  {each.title}: {each.about}")
