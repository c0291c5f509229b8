using System.Diagnostics;
using Vireo.Cli.Parsing;

namespace Vireo.Cli.Commands;

/// <summary>Lets the user change a document in an editor, again until it is accepted or given up.</summary>
internal static class DocumentEditor
{
    /// <param name="context">The command.</param>
    /// <param name="text">The document as it is.</param>
    /// <param name="store">Takes the changed document; what it throws is shown and the user asked.</param>
    /// <returns>False when nothing was changed.</returns>
    public static async ValueTask<bool> EditAsync(CommandContext context, string text, Func<string, ValueTask> store)
    {
        var path = Path.Combine(Path.GetTempPath(), "vireo" + Path.GetRandomFileName() + ".xml");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        try
        {
            await using (var writer = new StreamWriter(path, options))
            {
                await writer.WriteAsync(text);
            }
            while (true)
            {
                await RunEditorAsync(context, path);
                var edited = await File.ReadAllTextAsync(path, context.CancellationToken);
                if (edited == text)
                {
                    return false;
                }
                try
                {
                    await store(edited);
                    return true;
                }
                catch (VireoException refused)
                {
                    context.Session.Error(refused.Message);
                }
                if (!AskAgain(context))
                {
                    throw new CommandException("", VireoException.OperationFailed(ErrorDomain.None, "the edited document was not stored"));
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async ValueTask RunEditorAsync(CommandContext context, string path)
    {
        var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual
            : Environment.GetEnvironmentVariable("EDITOR") is { Length: > 0 } named ? named : "vi";

        // $EDITOR may carry arguments; they are split at blanks and never seen by a shell.
        var words = editor.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        context.Session.Output.Flush();
        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false };
        foreach (var word in words[1..].Append(path))
        {
            start.ArgumentList.Add(word);
        }
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CommandException($"cannot run the editor '{editor}': {missing.Message}; set $EDITOR");
        }
        using (process)
        {
            await process.WaitForExitAsync(context.CancellationToken);
            if (process.ExitCode != 0)
            {
                throw new CommandException("", VireoException.Internal(ErrorDomain.None, $"Child process ({editor} {path}) unexpected exit status {process.ExitCode}"));
            }
        }
    }

    private static bool AskAgain(CommandContext context)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }
        while (true)
        {
            context.Print("Failed. Try again? [y,n]: ");
            context.Session.Output.Flush();
            switch (Console.ReadLine()?.Trim())
            {
                case "y":
                    return true;
                case "n" or null:
                    return false;
                default:
                    break;
            }
        }
    }
}
